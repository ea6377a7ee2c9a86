"""The workflow for GitHub that ``init`` writes: plan on a pull request, apply on merge and on a schedule.

It names no repository as the home of the action, since only its reader knows which copy of sendmode-sync they trust.
"""

from __future__ import annotations

WORKFLOW = """\
# Plan on a pull request, apply on merge and when a campaign is due, and settle by hand what needs a person.
#
# To set up, once:
# 1. In the three lines with YOUR_ORGANISATION, name the repository that holds your copy of sendmode-sync, and the full
#    commit of it that you have read. These are placeholders: there is no commit of zeros, so until then every run fails
#    before it begins.
# 2. Every run must find the same state, the memory of what was sent, and hosted runners keep no file. "sendmode-sync
#    state move git" carries it to a branch of this repository, the same with a postgresql:// URL to a database. Say where
#    it is now as "state: git" in the project file, or in the secret SENDMODE_STATE where it holds a password, and commit
#    sendmode.state-id. A branch that others could read is sealed with the secret SENDMODE_STATE_KEY, which you had set
#    when you moved. A path serves a self-hosted runner alone: give its label as the variable SENDMODE_RUNNER.
# 3. Make an environment "sendmode" that only the main branch may use, with the secret SENDMODE_API_KEY. Give it required
#    reviewers where a person must approve each apply: they see the plan first, and another plan than that is refused. A
#    schedule would then wait for them every time, so take it out.
name: sendmode

on:
  pull_request:
  push:
    branches: [main]
  schedule:
    # Nothing sends by itself: a campaign goes with the first apply after its time. GitHub may start a schedule late, most
    # often at full hours, so a deadline should leave room for that.
    - cron: "7-59/15 * * * *"
  workflow_dispatch:
    inputs:
      command:
        type: choice
        options: [status, cancel, resolve]
        default: status
      campaign:
        description: For cancel and resolve
      outcome:
        description: For resolve
        type: choice
        options: [sent, not-sent]
      evidence:
        description: "For resolve: how you know"
      operation:
        description: "For resolve: only this call"

permissions: {}

jobs:
  plan:
    if: github.event_name == 'pull_request' || github.event_name == 'push'
    # A fork's pull request gets no secret, and no runner of yours: its plan shows everything as new, and no balance.
    runs-on: ${{ github.event.pull_request.head.repo.fork && 'ubuntu-latest' || vars.SENDMODE_RUNNER || 'ubuntu-latest' }}
    permissions:
      contents: read
      pull-requests: write # for the comment
    outputs:
      digest: ${{ steps.plan.outputs.digest }}
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - id: plan
        uses: YOUR_ORGANISATION/sendmode-sync/.github/actions/sendmode-sync@0000000000000000000000000000000000000000 # the commit you read
        with:
          command: plan
          state: ${{ secrets.SENDMODE_STATE }}
          state-key: ${{ secrets.SENDMODE_STATE_KEY }}

  apply:
    needs: plan
    # Also where the plan has an error: opt-outs go on, and what is blocked or past a limit stays where it is.
    if: ${{ !cancelled() && (github.event_name == 'schedule' || github.event_name == 'push' && needs.plan.outputs.digest != '') }}
    runs-on: ${{ vars.SENDMODE_RUNNER || 'ubuntu-latest' }}
    environment: sendmode
    permissions:
      contents: write # where the state is a branch of this repository; otherwise read is enough
    concurrency:
      group: sendmode-apply
      cancel-in-progress: false # a later apply works from what is committed and what was sent, so a skipped one loses nothing
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - uses: YOUR_ORGANISATION/sendmode-sync/.github/actions/sendmode-sync@0000000000000000000000000000000000000000 # the commit you read
        with:
          command: apply
          state: ${{ secrets.SENDMODE_STATE }}
          state-key: ${{ secrets.SENDMODE_STATE_KEY }}
          api-key: ${{ secrets.SENDMODE_API_KEY }}
          expect-digest: ${{ github.event_name == 'schedule' && 'none' || needs.plan.outputs.digest }}

  by-hand:
    if: github.event_name == 'workflow_dispatch'
    runs-on: ${{ vars.SENDMODE_RUNNER || 'ubuntu-latest' }} # and no concurrency group: cancel and status work while an apply runs
    permissions:
      contents: write # as above
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - uses: YOUR_ORGANISATION/sendmode-sync/.github/actions/sendmode-sync@0000000000000000000000000000000000000000 # the commit you read
        with:
          command: ${{ inputs.command }}
          state: ${{ secrets.SENDMODE_STATE }}
          state-key: ${{ secrets.SENDMODE_STATE_KEY }}
          campaign: ${{ inputs.campaign }}
          outcome: ${{ inputs.outcome }}
          evidence: ${{ inputs.evidence }}
          operation: ${{ inputs.operation }}
"""
"""``.github/workflows/sendmode.yml``, the same for every project whose file is sendmode.yaml at the root."""
