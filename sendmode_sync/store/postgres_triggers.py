"""Every step that a state in PostgreSQL refuses by itself, whoever takes it: the lines of ``sqlite_triggers`` in its words.

The number's own lock is taken here, by claims and opt-outs alike, so that an opt-out which another program inserts holds
as well: whichever of the two commits first, the other one sees it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sendmode_sync.store.postgres_lock import NUMBERS

_BUCKETS = 1024  # locks of numbers; a list of opt-outs may be long, and the server keeps every lock in shared memory


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the schema; a trigger's where nothing else is said."""

    name: str
    source: str
    signature: str = "() RETURNS trigger LANGUAGE plpgsql"

    @property
    def statement(self) -> str:
        """Return the text that makes it."""
        return f"CREATE FUNCTION {self.name}{self.signature} AS $function${self.source}$function$"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: ``moment`` such as ``BEFORE UPDATE``, and the condition or the function that decides."""

    name: str
    table: str
    moment: str
    says: str
    when: str = ""
    function: str = "refuse"
    each: str = "ROW"

    @property
    def statement(self) -> str:
        """Return the text that makes it."""
        when = f" WHEN ({self.when})" if self.when else ""
        head = f"CREATE TRIGGER {self.name} {self.moment} ON {self.table} FOR EACH {self.each}{when}"
        return f"{head} EXECUTE FUNCTION {self.function}('{self.says}')"

    @property
    def name_and_place(self) -> tuple[str, str, str, str]:
        """Return what the catalogue says of it while it is turned on."""
        return self.named(self.name, self.table, self.function, "O")

    @staticmethod
    def named(name: str, table: str, function: str, enabled: str) -> tuple[str, str, str, str]:
        """Return name, table, function and whether it fires."""
        return name, table, function, enabled


FUNCTIONS = (
    Function(
        "json_each",
        "SELECT pg_catalog.json_array_elements_text(texts::pg_catalog.json)",
        "(texts text) RETURNS TABLE (value text) LANGUAGE sql IMMUTABLE STRICT",
    ),
    Function("refuse", "BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0]; END"),
    Function(
        "lock_number",
        f"SELECT pg_catalog.pg_advisory_xact_lock({NUMBERS}, pg_catalog.hashtext(number) & {_BUCKETS - 1})",
        "(number text) RETURNS void LANGUAGE sql",
    ),
    Function("optout_born", "BEGIN PERFORM sendmode_sync.lock_number(NEW.mobilenumber); RETURN NEW; END"),
    Function(
        "send_claimed",
        """BEGIN
    PERFORM sendmode_sync.lock_number(NEW.mobilenumber);
    IF EXISTS (SELECT FROM sendmode_sync.optout WHERE mobilenumber = NEW.mobilenumber)
        OR EXISTS (SELECT FROM sendmode_sync.campaign WHERE name = NEW.campaign
            AND (cancelled_at IS NOT NULL OR closed_as IS NOT NULL)) THEN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0];
    END IF;
    RETURN NEW;
END""",
    ),
    Function(
        "send_reopened",
        """BEGIN
    IF NOT EXISTS (SELECT FROM sendmode_sync.resolution
        WHERE operation = OLD.operation AND decision = 'not-sent') THEN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0];
    END IF;
    RETURN NEW;
END""",
    ),
    Function(
        "erased_alone",
        """BEGIN
    IF NOT EXISTS (SELECT FROM sendmode_sync.erasing WHERE mobilenumber = OLD.mobilenumber) THEN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0];
    END IF;
    RETURN OLD;
END""",
    ),
    Function(
        "optout_kept",
        """BEGIN
    IF NOT EXISTS (SELECT FROM sendmode_sync.erasing WHERE mobilenumber = OLD.mobilenumber)
        AND NOT EXISTS (SELECT FROM sendmode_sync.consent
            WHERE mobilenumber = OLD.mobilenumber AND lifted = OLD.recorded_at) THEN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0];
    END IF;
    RETURN OLD;
END""",
    ),
    Function(
        "consent_fixed",
        """BEGIN
    IF NOT EXISTS (SELECT FROM sendmode_sync.erasing WHERE mobilenumber = OLD.mobilenumber)
        OR NEW.mobilenumber IS NOT NULL OR NEW.at <> OLD.at OR NEW."user" <> OLD."user" THEN
        RAISE EXCEPTION USING MESSAGE = TG_ARGV[0];
    END IF;
    RETURN NEW;
END""",
    ),
)

_HISTORY = "history is append-only"
_ONCE = "a plan is applied once"
_CLAIM = "a claim does not change"
_DECIDED = "resolutions are append-only"
_CONSENT = "consents are append-only"
_BARRED = "an erased person stays barred"
_UPDATE, _DELETE, _INSERT = "BEFORE UPDATE", "BEFORE DELETE", "BEFORE INSERT"
_STEP = "BEFORE UPDATE OF status"

_META = (
    Trigger(
        *("meta_fixed", "meta", _UPDATE, "the lineage never changes and the serial only grows"),
        when="NEW.lineage <> OLD.lineage OR NEW.serial < OLD.serial OR NEW.tag_key <> OLD.tag_key",
    ),
    Trigger("meta_kept", "meta", _DELETE, "the identity of a state is never deleted"),
    Trigger("lease_epoch", "lease", _UPDATE, "an epoch only grows", when="NEW.epoch < OLD.epoch"),
    Trigger("lease_kept", "lease", _DELETE, "the lease is never deleted"),
    Trigger("run_kept", "run", _DELETE, _HISTORY),
    Trigger("used_plan_fixed", "used_plan", _UPDATE, _ONCE),
    Trigger("used_plan_kept", "used_plan", _DELETE, _ONCE),
)

_CAMPAIGN = (
    Trigger(
        *("campaign_fixed", "campaign", _UPDATE),
        "what a campaign was started, cancelled or closed as does not change",
        when="NEW.name <> OLD.name OR (OLD.started_at IS NOT NULL AND (NEW.started_at IS DISTINCT FROM OLD.started_at "
        "OR NEW.content_digest <> OLD.content_digest OR NEW.handed_over <> OLD.handed_over)) "
        "OR (OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS DISTINCT FROM OLD.cancelled_at) "
        "OR (OLD.closed_as IS NOT NULL AND NEW.closed_as IS DISTINCT FROM OLD.closed_as) "
        "OR NEW.operations < OLD.operations",
    ),
    Trigger("campaign_kept", "campaign", _DELETE, "a campaign is never deleted"),
    Trigger("message_fixed", "message", _UPDATE, "a text is fixed when its campaign starts"),
)

_SEND = (
    Trigger(
        *("send_born", "send", _INSERT, "a number gets a campaign at most once"),
        when="NEW.status NOT IN ('planned', 'suppressed')",
    ),
    Trigger(
        *("send_step", "send", _STEP, "a send cannot take this step"),
        when="NEW.status <> OLD.status AND OLD.status || ' > ' || NEW.status NOT IN ("
        "'planned > claimed', 'planned > suppressed', 'planned > expired', "
        "'claimed > accepted', 'claimed > rejected', 'claimed > unknown', 'claimed > planned', "
        "'accepted > unknown', 'unknown > accepted', 'unknown > planned', 'rejected > planned')",
    ),
    Trigger(
        *("send_claimed", "send", _STEP, "no claim for an opted-out number or a cancelled or closed campaign"),
        when="NEW.status = 'claimed' AND OLD.status = 'planned'",
        function="send_claimed",
    ),
    Trigger(
        *("send_reopened", "send", _STEP, "only a resolution opens a send again"),
        when="NEW.status = 'planned' AND OLD.status IN ('unknown', 'rejected')",
        function="send_reopened",
    ),
    Trigger(
        *("send_owned", "send", _UPDATE, "a send is settled by the call that claimed it"),
        when="OLD.operation IS NOT NULL AND NEW.operation IS NOT NULL AND NEW.operation <> OLD.operation",
    ),
    Trigger(
        *("send_fixed", "send", _UPDATE, "the audience and its texts are fixed when a campaign starts"),
        when="NEW.campaign <> OLD.campaign OR NEW.mobilenumber <> OLD.mobilenumber OR NEW.text <> OLD.text",
    ),
    Trigger("send_kept", "send", _DELETE, "a send is never deleted", function="erased_alone"),
)

_OPERATION = (
    Trigger(
        *("operation_born", "operation", _INSERT, "a call begins with a claim, once"), when="NEW.status <> 'claimed'"
    ),
    Trigger(
        *("operation_step", "operation", _STEP, "a call cannot take this step"),
        when="NEW.status <> OLD.status AND OLD.status || ' > ' || NEW.status NOT IN ("
        "'claimed > done', 'claimed > rejected', 'claimed > unknown', 'claimed > released', "
        "'done > unknown', 'unknown > done', 'unknown > released')",
    ),
    Trigger(
        *("operation_fixed", "operation", _UPDATE, _CLAIM),
        when="NEW.operation <> OLD.operation OR NEW.run <> OLD.run OR NEW.epoch <> OLD.epoch OR NEW.kind <> OLD.kind "
        "OR NEW.campaign IS DISTINCT FROM OLD.campaign OR NEW.recipients <> OLD.recipients "
        "OR NEW.claimed_at <> OLD.claimed_at",
    ),
    Trigger("operation_kept", "operation", _DELETE, _HISTORY),
    Trigger("item_fixed", "operation_item", _UPDATE, _CLAIM),
    Trigger("item_kept", "operation_item", _DELETE, _CLAIM, function="erased_alone"),
    Trigger("resolution_fixed", "resolution", _UPDATE, _DECIDED),
    Trigger("resolution_kept", "resolution", _DELETE, _DECIDED),
)

_OPTOUT = (
    Trigger("optout_born", "optout", _INSERT, "an opt-out waits for a claim of its number", function="optout_born"),
    Trigger(
        *("optout_fixed", "optout", _UPDATE, "an opt-out stays as it was recorded"),
        when="NEW.mobilenumber <> OLD.mobilenumber OR NEW.recorded_at <> OLD.recorded_at "
        "OR (OLD.applied_at IS NOT NULL AND NEW.applied_at IS DISTINCT FROM OLD.applied_at)",
    ),
    Trigger(
        *("optout_kept", "optout", _DELETE, "an opt-out is lifted only by a consent on the record"),
        function="optout_kept",
    ),
    Trigger("consent_fixed", "consent", _UPDATE, _CONSENT, function="consent_fixed"),
    Trigger("consent_kept", "consent", _DELETE, _CONSENT),
    Trigger("forgotten_fixed", "forgotten", _UPDATE, _BARRED, when="NEW.hash <> OLD.hash"),
    Trigger("forgotten_kept", "forgotten", _DELETE, _BARRED),
)

_EMPTIED = tuple(
    Trigger(f"{table}_whole", table, "BEFORE TRUNCATE", "a state is never emptied", each="STATEMENT")
    for table in (
        *("meta", "lease", "run", "used_plan", "campaign", "message", "operation", "operation_item", "send"),
        *("resolution", "optout", "consent", "forgotten", "ledger"),
    )
)

TRIGGERS = (*_META, *_CAMPAIGN, *_SEND, *_OPERATION, *_OPTOUT, *_EMPTIED)
