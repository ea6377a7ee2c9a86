"""Every step that the SQLite state refuses by itself, whatever the code above it may try.

A send moves only along the lines listed here, history is append-only, an opt-out leaves only with a consent on the
record, and the lineage never changes. The triggers decide nothing: they raise, and the transaction is rolled back.
"""

from __future__ import annotations

_META = (
    """CREATE TRIGGER meta_fixed BEFORE UPDATE ON meta
WHEN NEW.lineage <> OLD.lineage OR NEW.serial < OLD.serial OR NEW.tag_key <> OLD.tag_key
BEGIN SELECT RAISE(ABORT, 'the lineage never changes and the serial only grows'); END""",
    """CREATE TRIGGER meta_kept BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'the identity of a state is never deleted'); END""",
    """CREATE TRIGGER lease_epoch BEFORE UPDATE ON lease WHEN NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'an epoch only grows'); END""",
    """CREATE TRIGGER lease_kept BEFORE DELETE ON lease
BEGIN SELECT RAISE(ABORT, 'the lease is never deleted'); END""",
    """CREATE TRIGGER run_kept BEFORE DELETE ON run
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    """CREATE TRIGGER used_plan_fixed BEFORE UPDATE ON used_plan
BEGIN SELECT RAISE(ABORT, 'a plan is applied once'); END""",
    """CREATE TRIGGER used_plan_kept BEFORE DELETE ON used_plan
BEGIN SELECT RAISE(ABORT, 'a plan is applied once'); END""",
)

_CAMPAIGN = (
    """CREATE TRIGGER campaign_fixed BEFORE UPDATE ON campaign
WHEN NEW.name <> OLD.name
    OR (OLD.started_at IS NOT NULL
        AND (NEW.started_at IS NOT OLD.started_at OR NEW.content_digest <> OLD.content_digest
            OR NEW.handed_over <> OLD.handed_over))
    OR (OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS NOT OLD.cancelled_at)
    OR (OLD.closed_as IS NOT NULL AND NEW.closed_as IS NOT OLD.closed_as)
    OR NEW.operations < OLD.operations
BEGIN SELECT RAISE(ABORT, 'what a campaign was started, cancelled or closed as does not change'); END""",
    """CREATE TRIGGER campaign_kept BEFORE DELETE ON campaign
BEGIN SELECT RAISE(ABORT, 'a campaign is never deleted'); END""",
    """CREATE TRIGGER message_fixed BEFORE UPDATE ON message
BEGIN SELECT RAISE(ABORT, 'a text is fixed when its campaign starts'); END""",
)

_SEND = (
    """CREATE TRIGGER send_born BEFORE INSERT ON send
WHEN NEW.status NOT IN ('planned', 'suppressed')
    OR EXISTS (SELECT 1 FROM send WHERE campaign = NEW.campaign AND mobilenumber = NEW.mobilenumber)
BEGIN SELECT RAISE(ABORT, 'a number gets a campaign at most once'); END""",
    """CREATE TRIGGER send_step BEFORE UPDATE OF status ON send
WHEN NEW.status <> OLD.status AND OLD.status || ' > ' || NEW.status NOT IN (
    'planned > claimed', 'planned > suppressed', 'planned > expired',
    'claimed > accepted', 'claimed > rejected', 'claimed > unknown', 'claimed > planned',
    'accepted > unknown', 'unknown > accepted', 'unknown > planned', 'rejected > planned')
BEGIN SELECT RAISE(ABORT, 'a send cannot take this step'); END""",
    """CREATE TRIGGER send_claimed BEFORE UPDATE OF status ON send
WHEN NEW.status = 'claimed' AND OLD.status = 'planned'
    AND (EXISTS (SELECT 1 FROM optout WHERE mobilenumber = NEW.mobilenumber)
        OR EXISTS (SELECT 1 FROM campaign WHERE name = NEW.campaign
            AND (cancelled_at IS NOT NULL OR closed_as IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'no claim for an opted-out number or a cancelled or closed campaign'); END""",
    """CREATE TRIGGER send_reopened BEFORE UPDATE OF status ON send
WHEN NEW.status = 'planned' AND OLD.status IN ('unknown', 'rejected')
    AND NOT EXISTS (SELECT 1 FROM resolution WHERE operation = OLD.operation AND decision = 'not-sent')
BEGIN SELECT RAISE(ABORT, 'only a resolution opens a send again'); END""",
    """CREATE TRIGGER send_owned BEFORE UPDATE ON send
WHEN OLD.operation IS NOT NULL AND NEW.operation IS NOT NULL AND NEW.operation <> OLD.operation
BEGIN SELECT RAISE(ABORT, 'a send is settled by the call that claimed it'); END""",
    """CREATE TRIGGER send_fixed BEFORE UPDATE ON send
WHEN NEW.campaign <> OLD.campaign OR NEW.mobilenumber <> OLD.mobilenumber OR NEW.text <> OLD.text
BEGIN SELECT RAISE(ABORT, 'the audience and its texts are fixed when a campaign starts'); END""",
    """CREATE TRIGGER send_kept BEFORE DELETE ON send
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a send is never deleted'); END""",
)

_OPERATION = (
    """CREATE TRIGGER operation_born BEFORE INSERT ON operation
WHEN NEW.status <> 'claimed' OR EXISTS (SELECT 1 FROM operation WHERE operation = NEW.operation)
BEGIN SELECT RAISE(ABORT, 'a call begins with a claim, once'); END""",
    """CREATE TRIGGER operation_step BEFORE UPDATE OF status ON operation
WHEN NEW.status <> OLD.status AND OLD.status || ' > ' || NEW.status NOT IN (
    'claimed > done', 'claimed > rejected', 'claimed > unknown', 'claimed > released',
    'done > unknown', 'unknown > done', 'unknown > released')
BEGIN SELECT RAISE(ABORT, 'a call cannot take this step'); END""",
    """CREATE TRIGGER operation_fixed BEFORE UPDATE ON operation
WHEN NEW.operation <> OLD.operation OR NEW.run <> OLD.run OR NEW.epoch <> OLD.epoch OR NEW.kind <> OLD.kind
    OR NEW.campaign IS NOT OLD.campaign OR NEW.recipients <> OLD.recipients OR NEW.claimed_at <> OLD.claimed_at
BEGIN SELECT RAISE(ABORT, 'a claim does not change'); END""",
    """CREATE TRIGGER operation_kept BEFORE DELETE ON operation
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    """CREATE TRIGGER item_fixed BEFORE UPDATE ON operation_item
BEGIN SELECT RAISE(ABORT, 'a claim does not change'); END""",
    """CREATE TRIGGER item_kept BEFORE DELETE ON operation_item
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a claim does not change'); END""",
    """CREATE TRIGGER resolution_fixed BEFORE UPDATE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END""",
    """CREATE TRIGGER resolution_kept BEFORE DELETE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END""",
)

_OPTOUT = (
    """CREATE TRIGGER optout_fixed BEFORE UPDATE ON optout
WHEN NEW.mobilenumber <> OLD.mobilenumber OR NEW.recorded_at <> OLD.recorded_at
    OR (OLD.applied_at IS NOT NULL AND NEW.applied_at IS NOT OLD.applied_at)
BEGIN SELECT RAISE(ABORT, 'an opt-out stays as it was recorded'); END""",
    """CREATE TRIGGER optout_kept BEFORE DELETE ON optout
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing)
    AND NOT EXISTS (SELECT 1 FROM consent WHERE mobilenumber = OLD.mobilenumber AND lifted = OLD.recorded_at)
BEGIN SELECT RAISE(ABORT, 'an opt-out is lifted only by a consent on the record'); END""",
    """CREATE TRIGGER consent_fixed BEFORE UPDATE ON consent
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing) OR NEW.mobilenumber IS NOT NULL
    OR NEW.at <> OLD.at OR NEW.user <> OLD.user
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END""",
    """CREATE TRIGGER consent_kept BEFORE DELETE ON consent
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END""",
    """CREATE TRIGGER forgotten_fixed BEFORE UPDATE ON forgotten WHEN NEW.hash <> OLD.hash
BEGIN SELECT RAISE(ABORT, 'an erased person stays barred'); END""",
    """CREATE TRIGGER forgotten_kept BEFORE DELETE ON forgotten
BEGIN SELECT RAISE(ABORT, 'an erased person stays barred'); END""",
)

TRIGGERS = (*_META, *_CAMPAIGN, *_SEND, *_OPERATION, *_OPTOUT)
