PRAGMA application_id = 1397576537;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE applied (
    contact_group INTEGER NOT NULL REFERENCES contact_group (id),
    mobilenumber TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (contact_group, mobilenumber)
) STRICT, WITHOUT ROWID;
INSERT INTO "applied" VALUES(1,'+447700900001',X'E64E63AEB05D24321B256BB58B01CC54');
CREATE TABLE applied_fields (
    contact_group INTEGER NOT NULL,
    mobilenumber TEXT NOT NULL,
    field_values TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    PRIMARY KEY (contact_group, mobilenumber),
    FOREIGN KEY (contact_group, mobilenumber) REFERENCES applied (contact_group, mobilenumber) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "applied_fields" VALUES(1,'+447700900001','["Aoife","","","","","","","","",""]','2026-12-01T10:00:00.000000+00:00');
CREATE TABLE campaign (
    name TEXT PRIMARY KEY,
    started_at TEXT,
    content_digest TEXT NOT NULL DEFAULT '',
    cancelled_at TEXT,
    cancelled_by TEXT,
    closed_as TEXT CHECK (closed_as IN ('adopted', 'lost')),
    closed_at TEXT,
    closed_by TEXT,
    handed_over INTEGER NOT NULL DEFAULT 0 CHECK (handed_over IN (0, 1)),
    operations INTEGER NOT NULL DEFAULT 0,
    seen TEXT,
    seen_at TEXT,
    expiry_said INTEGER NOT NULL DEFAULT 0 CHECK (expiry_said IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO "campaign" VALUES('offer','2026-12-01T10:00:00.000000+00:00','c1:x',NULL,NULL,NULL,NULL,NULL,0,4,NULL,NULL,0);
INSERT INTO "campaign" VALUES('old',NULL,'','2026-12-01T10:00:00.000000+00:00','somebody',NULL,NULL,NULL,0,0,NULL,NULL,0);
CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    mobilenumber TEXT,
    lifted TEXT,
    consent TEXT NOT NULL,
    user TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
INSERT INTO "consent" VALUES(1,'+447700900006','2026-12-01T10:00:00.000000+00:00','asked at the desk','somebody','2026-12-01T10:00:00.000000+00:00');
CREATE TABLE contact_group (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "contact_group" VALUES(1,'members');
CREATE TABLE erasing (
    mobilenumber TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE forgotten (
    hash TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    lifted_at TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO "forgotten" VALUES('f1:c4933629fef8e9721b17d556181c14be','2026-12-01T10:00:00.000000+00:00',NULL);
CREATE TABLE gone (
    mobilenumber TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('free', 'held', 'fenced')),
    run TEXT,
    host TEXT,
    pid INTEGER,
    started_at TEXT
) STRICT;
INSERT INTO "lease" VALUES(1,1,'held','run-1','host',1,'2026-12-01T10:00:00.000000+00:00');
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    operation TEXT NOT NULL,
    started_wall REAL NOT NULL,
    started_boot REAL NOT NULL,
    started_boot_id TEXT NOT NULL,
    hold REAL NOT NULL,
    answered_wall REAL,
    answered_boot REAL,
    answered_boot_id TEXT,
    busy_wall REAL AS (coalesce(answered_wall, started_wall + hold)),
    busy_boot REAL AS (coalesce(answered_boot, started_boot + hold)),
    busy_boot_id TEXT AS (coalesce(answered_boot_id, started_boot_id))
) STRICT;
INSERT INTO "ledger" VALUES(1,'o1',1000000000.0,1000.0,'boot',30.0,1000000000.0,1000.0,'boot');
INSERT INTO "ledger" VALUES(2,'s1',1000000000.0,1000.0,'boot',30.0,1000000000.0,1000.0,'boot');
INSERT INTO "ledger" VALUES(3,'s2',1000000000.0,1000.0,'boot',30.0,1000000000.0,1000.0,'boot');
INSERT INTO "ledger" VALUES(4,'s3',1000000000.0,1000.0,'boot',30.0,1000000000.0,1000.0,'boot');
INSERT INTO "ledger" VALUES(5,'i1',1000000000.0,1000.0,'boot',30.0,1000000000.0,1000.0,'boot');
INSERT INTO "ledger" VALUES(6,'s4',1000000000.0,1000.0,'boot',30.0,NULL,NULL,NULL);
CREATE TABLE message (
    campaign TEXT NOT NULL REFERENCES campaign (name),
    digest TEXT NOT NULL,
    messagetext TEXT NOT NULL,
    encoding TEXT NOT NULL CHECK (encoding IN ('GSM-7', 'UCS-2')),
    segments INTEGER NOT NULL CHECK (segments > 0),
    PRIMARY KEY (campaign, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO "message" VALUES('offer','t1:x','Hi','GSM-7',1);
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    lineage TEXT NOT NULL,
    serial INTEGER NOT NULL CHECK (serial >= 0),
    created_at TEXT NOT NULL,
    tag_key BLOB NOT NULL,
    account TEXT,
    proven INTEGER NOT NULL DEFAULT 0 CHECK (proven IN (0, 1)),
    behind INTEGER NOT NULL DEFAULT 0 CHECK (behind IN (0, 1)),
    optouts_refreshed_at TEXT
) STRICT;
INSERT INTO "meta" VALUES(1,'22222222-2222-4222-8222-222222222222',16,'2026-12-01T10:00:00.000000+00:00',X'5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A','a1:this',1,0,NULL);
CREATE TABLE operation (
    seq INTEGER PRIMARY KEY,
    operation TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL REFERENCES run (run),
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('send', 'import', 'optout', 'test', 'credits')),
    status TEXT NOT NULL CHECK (status IN ('claimed', 'done', 'rejected', 'unknown', 'released')),
    campaign TEXT,
    contact_group TEXT,
    customerid TEXT,
    recipients INTEGER NOT NULL,
    credits TEXT NOT NULL,
    canary INTEGER NOT NULL DEFAULT 0 CHECK (canary IN (0, 1)),
    cause TEXT,
    detail TEXT NOT NULL DEFAULT '',
    pending_values TEXT,
    claimed_at TEXT NOT NULL,
    settled_at TEXT,
    balance_before TEXT,
    balance_after TEXT
) STRICT;
INSERT INTO "operation" VALUES(1,'o1','run-1',1,'optout','done',NULL,NULL,NULL,1,'0',0,NULL,'',NULL,'2026-12-01T10:00:00.000000+00:00','2026-12-01T10:00:00.000000+00:00',NULL,NULL);
INSERT INTO "operation" VALUES(2,'s1','run-1',1,'send','done','offer',NULL,'offer-1',1,'1',0,NULL,'',NULL,'2026-12-01T10:00:00.000000+00:00','2026-12-01T10:00:00.000000+00:00',NULL,NULL);
INSERT INTO "operation" VALUES(3,'s2','run-1',1,'send','unknown','offer',NULL,'offer-2',1,'1',0,'read-timeout','',NULL,'2026-12-01T10:00:00.000000+00:00','2026-12-01T10:00:00.000000+00:00','500','499');
INSERT INTO "operation" VALUES(4,'s3','run-1',1,'send','rejected','offer',NULL,'offer-3',1,'1',0,'code-10','',NULL,'2026-12-01T10:00:00.000000+00:00','2026-12-01T10:00:00.000000+00:00',NULL,NULL);
INSERT INTO "operation" VALUES(5,'i1','run-1',1,'import','done',NULL,'members',NULL,1,'0',0,NULL,'',NULL,'2026-12-01T10:00:00.000000+00:00','2026-12-01T10:00:00.000000+00:00',NULL,NULL);
INSERT INTO "operation" VALUES(6,'s4','run-1',1,'send','claimed','offer',NULL,'offer-4',1,'1',0,NULL,'',NULL,'2026-12-01T10:00:00.000000+00:00',NULL,NULL,NULL);
CREATE TABLE operation_item (
    operation TEXT NOT NULL REFERENCES operation (operation),
    mobilenumber TEXT NOT NULL,
    PRIMARY KEY (operation, mobilenumber)
) STRICT, WITHOUT ROWID;
INSERT INTO "operation_item" VALUES('i1','+447700900001');
INSERT INTO "operation_item" VALUES('o1','+447700900005');
INSERT INTO "operation_item" VALUES('s1','+447700900001');
INSERT INTO "operation_item" VALUES('s2','+447700900002');
INSERT INTO "operation_item" VALUES('s3','+447700900003');
INSERT INTO "operation_item" VALUES('s4','+447700900004');
CREATE TABLE optout (
    mobilenumber TEXT PRIMARY KEY,
    recorded_at TEXT NOT NULL,
    applied_at TEXT,
    source TEXT NOT NULL,
    optoutresponse TEXT,
    returnedresponse TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO "optout" VALUES('+447700900005','2026-12-01T10:00:00.000000+00:00','2026-12-01T10:00:00.000000+00:00','yaml','STOP',NULL);
CREATE TABLE resolution (
    id INTEGER PRIMARY KEY,
    operation TEXT NOT NULL REFERENCES operation (operation),
    campaign TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('sent', 'not-sent')),
    recipients INTEGER NOT NULL,
    user TEXT NOT NULL,
    at TEXT NOT NULL,
    evidence TEXT NOT NULL
) STRICT;
CREATE TABLE run (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    user TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    exit_code INTEGER,
    config_digest TEXT,
    plan_digest TEXT,
    commit_id TEXT,
    allowed TEXT NOT NULL,
    balance_before TEXT,
    balance_after TEXT
) STRICT;
INSERT INTO "run" VALUES(1,'run-1',1,'apply','host',1,'user','2026-12-01T10:00:00.000000+00:00',NULL,NULL,'sha256:0',NULL,NULL,'{}',NULL,NULL);
CREATE TABLE send (
    campaign TEXT NOT NULL REFERENCES campaign (name),
    mobilenumber TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('planned', 'claimed', 'accepted', 'rejected', 'unknown', 'suppressed', 'expired')),
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    operation TEXT REFERENCES operation (operation),
    PRIMARY KEY (campaign, mobilenumber),
    FOREIGN KEY (campaign, text) REFERENCES message (campaign, digest),
    CHECK ((status IN ('claimed', 'accepted', 'rejected', 'unknown')) = (operation IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "send" VALUES('offer','+447700900001','accepted','t1:x','2026-12-01T10:00:00.000000+00:00','s1');
INSERT INTO "send" VALUES('offer','+447700900002','unknown','t1:x','2026-12-01T10:00:00.000000+00:00','s2');
INSERT INTO "send" VALUES('offer','+447700900003','rejected','t1:x','2026-12-01T10:00:00.000000+00:00','s3');
INSERT INTO "send" VALUES('offer','+447700900004','claimed','t1:x','2026-12-01T10:00:00.000000+00:00','s4');
CREATE TABLE used_plan (
    plan_id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES run (run),
    applied_at TEXT NOT NULL
) STRICT;
CREATE INDEX operation_run ON operation (run);
CREATE INDEX operation_open ON operation (status) WHERE status IN ('claimed', 'unknown');
CREATE INDEX send_recent ON send (at, text) WHERE status IN ('claimed', 'accepted', 'unknown');
CREATE INDEX ledger_operation ON ledger (operation);
CREATE INDEX ledger_boot ON ledger (busy_boot_id, busy_boot);
CREATE INDEX ledger_wall ON ledger (busy_wall);
CREATE TRIGGER meta_kept BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'the identity of a state is never deleted'); END;
CREATE TRIGGER lease_epoch BEFORE UPDATE ON lease WHEN NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'an epoch only grows'); END;
CREATE TRIGGER lease_kept BEFORE DELETE ON lease
BEGIN SELECT RAISE(ABORT, 'the lease is never deleted'); END;
CREATE TRIGGER run_kept BEFORE DELETE ON run
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER used_plan_fixed BEFORE UPDATE ON used_plan
BEGIN SELECT RAISE(ABORT, 'a plan is applied once'); END;
CREATE TRIGGER used_plan_kept BEFORE DELETE ON used_plan
BEGIN SELECT RAISE(ABORT, 'a plan is applied once'); END;
CREATE TRIGGER campaign_fixed BEFORE UPDATE ON campaign
WHEN NEW.name <> OLD.name
    OR (OLD.started_at IS NOT NULL
        AND (NEW.started_at IS NOT OLD.started_at OR NEW.content_digest <> OLD.content_digest
            OR NEW.handed_over <> OLD.handed_over))
    OR (OLD.cancelled_at IS NOT NULL AND NEW.cancelled_at IS NOT OLD.cancelled_at)
    OR (OLD.closed_as IS NOT NULL AND NEW.closed_as IS NOT OLD.closed_as)
    OR NEW.operations < OLD.operations
BEGIN SELECT RAISE(ABORT, 'what a campaign was started, cancelled or closed as does not change'); END;
CREATE TRIGGER campaign_kept BEFORE DELETE ON campaign
BEGIN SELECT RAISE(ABORT, 'a campaign is never deleted'); END;
CREATE TRIGGER message_fixed BEFORE UPDATE ON message
BEGIN SELECT RAISE(ABORT, 'a text is fixed when its campaign starts'); END;
CREATE TRIGGER send_born BEFORE INSERT ON send
WHEN NEW.status NOT IN ('planned', 'suppressed')
    OR EXISTS (SELECT 1 FROM send WHERE campaign = NEW.campaign AND mobilenumber = NEW.mobilenumber)
BEGIN SELECT RAISE(ABORT, 'a number gets a campaign at most once'); END;
CREATE TRIGGER send_step BEFORE UPDATE OF status ON send
WHEN NEW.status <> OLD.status AND OLD.status || ' > ' || NEW.status NOT IN (
    'planned > claimed', 'planned > suppressed', 'planned > expired',
    'claimed > accepted', 'claimed > rejected', 'claimed > unknown', 'claimed > planned',
    'accepted > unknown', 'unknown > accepted', 'unknown > planned', 'rejected > planned')
BEGIN SELECT RAISE(ABORT, 'a send cannot take this step'); END;
CREATE TRIGGER send_claimed BEFORE UPDATE OF status ON send
WHEN NEW.status = 'claimed' AND OLD.status = 'planned'
    AND (EXISTS (SELECT 1 FROM optout WHERE mobilenumber = NEW.mobilenumber)
        OR EXISTS (SELECT 1 FROM campaign WHERE name = NEW.campaign
            AND (cancelled_at IS NOT NULL OR closed_as IS NOT NULL)))
BEGIN SELECT RAISE(ABORT, 'no claim for an opted-out number or a cancelled or closed campaign'); END;
CREATE TRIGGER send_reopened BEFORE UPDATE OF status ON send
WHEN NEW.status = 'planned' AND OLD.status IN ('unknown', 'rejected')
    AND NOT EXISTS (SELECT 1 FROM resolution WHERE operation = OLD.operation AND decision = 'not-sent')
BEGIN SELECT RAISE(ABORT, 'only a resolution opens a send again'); END;
CREATE TRIGGER send_owned BEFORE UPDATE ON send
WHEN OLD.operation IS NOT NULL AND NEW.operation IS NOT NULL AND NEW.operation <> OLD.operation
BEGIN SELECT RAISE(ABORT, 'a send is settled by the call that claimed it'); END;
CREATE TRIGGER send_fixed BEFORE UPDATE ON send
WHEN NEW.campaign <> OLD.campaign OR NEW.mobilenumber <> OLD.mobilenumber OR NEW.text <> OLD.text
BEGIN SELECT RAISE(ABORT, 'the audience and its texts are fixed when a campaign starts'); END;
CREATE TRIGGER send_kept BEFORE DELETE ON send
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a send is never deleted'); END;
CREATE TRIGGER operation_born BEFORE INSERT ON operation
WHEN NEW.status <> 'claimed' OR EXISTS (SELECT 1 FROM operation WHERE operation = NEW.operation)
BEGIN SELECT RAISE(ABORT, 'a call begins with a claim, once'); END;
CREATE TRIGGER operation_step BEFORE UPDATE OF status ON operation
WHEN NEW.status <> OLD.status AND OLD.status || ' > ' || NEW.status NOT IN (
    'claimed > done', 'claimed > rejected', 'claimed > unknown', 'claimed > released',
    'done > unknown', 'unknown > done', 'unknown > released')
BEGIN SELECT RAISE(ABORT, 'a call cannot take this step'); END;
CREATE TRIGGER operation_fixed BEFORE UPDATE ON operation
WHEN NEW.operation <> OLD.operation OR NEW.run <> OLD.run OR NEW.epoch <> OLD.epoch OR NEW.kind <> OLD.kind
    OR NEW.campaign IS NOT OLD.campaign OR NEW.recipients <> OLD.recipients OR NEW.claimed_at <> OLD.claimed_at
BEGIN SELECT RAISE(ABORT, 'a claim does not change'); END;
CREATE TRIGGER operation_kept BEFORE DELETE ON operation
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER item_fixed BEFORE UPDATE ON operation_item
BEGIN SELECT RAISE(ABORT, 'a claim does not change'); END;
CREATE TRIGGER item_kept BEFORE DELETE ON operation_item
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing)
BEGIN SELECT RAISE(ABORT, 'a claim does not change'); END;
CREATE TRIGGER resolution_fixed BEFORE UPDATE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
CREATE TRIGGER resolution_kept BEFORE DELETE ON resolution
BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END;
CREATE TRIGGER optout_fixed BEFORE UPDATE ON optout
WHEN NEW.mobilenumber <> OLD.mobilenumber OR NEW.recorded_at <> OLD.recorded_at
    OR (OLD.applied_at IS NOT NULL AND NEW.applied_at IS NOT OLD.applied_at)
BEGIN SELECT RAISE(ABORT, 'an opt-out stays as it was recorded'); END;
CREATE TRIGGER optout_kept BEFORE DELETE ON optout
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing)
    AND NOT EXISTS (SELECT 1 FROM consent WHERE mobilenumber = OLD.mobilenumber AND lifted = OLD.recorded_at)
BEGIN SELECT RAISE(ABORT, 'an opt-out is lifted only by a consent on the record'); END;
CREATE TRIGGER consent_fixed BEFORE UPDATE ON consent
WHEN OLD.mobilenumber NOT IN (SELECT mobilenumber FROM erasing) OR NEW.mobilenumber IS NOT NULL
    OR NEW.at <> OLD.at OR NEW.user <> OLD.user
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
CREATE TRIGGER consent_kept BEFORE DELETE ON consent
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
CREATE TRIGGER forgotten_fixed BEFORE UPDATE ON forgotten WHEN NEW.hash <> OLD.hash
BEGIN SELECT RAISE(ABORT, 'an erased person stays barred'); END;
CREATE TRIGGER forgotten_kept BEFORE DELETE ON forgotten
BEGIN SELECT RAISE(ABORT, 'an erased person stays barred'); END;
CREATE TRIGGER meta_fixed BEFORE UPDATE ON meta
WHEN NEW.lineage <> OLD.lineage OR NEW.serial < OLD.serial OR NEW.tag_key <> OLD.tag_key
BEGIN SELECT RAISE(ABORT, 'the lineage never changes and the serial only grows'); END;
COMMIT;
