"""The action and the workflow that ``init`` writes, read by linters that need no network, and by rules of our own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml

from sendmode_sync.workspace import scaffold_workflow

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "sendmode-sync" / "action.yml"
WORKFLOW = ROOT / "examples" / "gym" / ".github" / "workflows" / "sendmode.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
SCRIPTS = sysconfig.get_path("scripts")


def tool(name: str) -> str:
    found = shutil.which(name, path=SCRIPTS)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # texts only, so that "on" stays a word


@pytest.mark.parametrize("path", [ACTION, WORKFLOW], ids=["action", "workflow"])
def test_zizmor_finds_nothing(path: Path) -> None:
    ran = subprocess.run(
        [tool("zizmor"), "--offline", "--no-progress", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout
    assert "No findings" in ran.stdout


@pytest.mark.parametrize(("path", "schema"), [(ACTION, "github-actions"), (WORKFLOW, "github-workflows")])
def test_the_form_is_that_of_github(path: Path, schema: str) -> None:
    command = [tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def linted(tmp_path: Path, workflow: str) -> subprocess.CompletedProcess[str]:
    """Let actionlint read a workflow beside the action, so that it knows the action's inputs and outputs."""
    (tmp_path / ".git").mkdir(exist_ok=True)
    action = tmp_path / ACTION.relative_to(ROOT)
    action.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ACTION, action)
    file = tmp_path / ".github" / "workflows" / "sendmode.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(re.sub(r"uses: YOUR_ORGANISATION/\S+", "uses: ./.github/actions/sendmode-sync", workflow), "utf-8")
    words = [tool("actionlint"), "-no-color", "-shellcheck=", "-pyflakes=", str(file)]
    return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    ran = linted(tmp_path, WORKFLOW.read_text("utf-8"))
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("command: plan", "comand: plan", 'input "comand" is not defined in action'),
        ("steps.plan.outputs.digest", "steps.plan.outputs.digset", 'property "digset" is not defined'),
        ("github.event_name == 'pull_request' ||", "github.evnt_name == 'pull_request' ||", '"evnt_name"'),
        ("    needs: plan\n", "    needs: paln\n", '"paln"'),
    ],
)
def test_actionlint_would_find_a_slip(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    text = WORKFLOW.read_text("utf-8")
    assert right in text
    ran = linted(tmp_path, text.replace(right, wrong, 1))
    assert ran.returncode == 1
    assert said in ran.stdout


def test_init_writes_the_example() -> None:
    assert WORKFLOW.read_text("utf-8") == scaffold_workflow.WORKFLOW


def test_no_repository_is_presented_as_the_home_of_the_action() -> None:
    ours = [line for line in WORKFLOW.read_text("utf-8").splitlines() if "/.github/actions/sendmode-sync" in line]
    assert len(ours) == 3
    assert all(
        f"uses: YOUR_ORGANISATION/sendmode-sync/.github/actions/sendmode-sync@{'0' * 40} " in each for each in ours
    )


def test_no_input_is_part_of_a_script() -> None:
    for step in read(ACTION)["runs"]["steps"]:
        assert "${{" not in step["run"]
    for job in read(WORKFLOW)["jobs"].values():
        for step in job["steps"]:
            assert "run" not in step


def test_the_script_gets_every_input_and_no_other() -> None:
    action = read(ACTION)
    (step,) = (each for each in action["runs"]["steps"] if each["id"] == "run")
    assert step["run"].startswith("exec ")
    given = re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", " ".join(step["env"].values()))
    assert sorted(given) == sorted(action["inputs"].keys() - {"install"})
    script = ACTION.with_name("run.py").read_text("utf-8")
    asked = {"SENDMODE_API_KEY"} | {
        f"SYNC_{name.upper().replace('-', '_')}" for name in re.findall(r"""given\(['\"]([\w-]+)['\"]\)""", script)
    }
    assert step["env"].keys() <= asked


def test_an_apply_is_never_cancelled_by_a_newer_one() -> None:
    jobs = read(WORKFLOW)["jobs"]
    assert jobs["apply"]["concurrency"] == {"group": "sendmode-apply", "cancel-in-progress": "false"}
    assert "pull_request_target" not in WORKFLOW.read_text("utf-8")


def test_the_key_goes_to_applies_on_the_main_branch_alone() -> None:
    with_key = {
        name
        for name, job in read(WORKFLOW)["jobs"].items()
        for step in job["steps"]
        if "api-key" in step.get("with", {})
    }
    assert with_key == {"apply"}
    assert read(WORKFLOW)["jobs"]["apply"]["environment"] == "sendmode"


def test_everything_given_to_the_action_is_an_input() -> None:
    inputs = read(ACTION)["inputs"].keys()
    used = [
        step["with"]
        for job in read(WORKFLOW)["jobs"].values()
        for step in job["steps"]
        if "sendmode-sync" in step["uses"]
    ]
    assert len(used) == 3
    assert all(each.keys() <= inputs for each in used)


def test_the_hook_checks_the_project_as_a_whole() -> None:
    (hook,) = read(HOOKS)
    assert hook["id"] == "sendmode-sync-validate"
    assert hook["entry"] == "sendmode-sync validate"
    assert hook["pass_filenames"] == "false"
    assert re.search(hook["files"], "campaigns/dec.yaml")
    assert re.search(hook["files"], "members.csv")
