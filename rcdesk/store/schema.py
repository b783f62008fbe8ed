"""The tables of the archive, one script per version; database.py runs those a file has not seen yet.

Version 1 is what the first release wrote and must stay as it was. Version 2 adds requests shared by several
jobs, reasons to wait, received faxes, people, groups and the search. Version 3 adds the calls of all the
user's phones, the calls that are on, favourites and how each number is called; database.py copies the calls
of version 1 over. Version 4 adds drafts, version 5 what a lost request is known by, and when the queue was
last worked on. Version 6 adds the shelf: what was archived or deleted lies in a folder of its own, version 7
voicemails and recordings, version 8 texts, their conversations and what is yet to be sent. What FTS5 indexes
is prepared by search_words.py: words of letters and digits only, so the plain ascii tokenizer and detail=none
suffice, and "place" holds a word or more naming owner and folder, so that a search never has to look into the
row itself. Read next: database.py, search_words.py, core/fax/fax.py.
"""

from __future__ import annotations


def _search(table: str, key: str) -> str:
    """The index of a table's words and places."""
    return f"""
CREATE VIRTUAL TABLE {table}_fts USING fts5 (
    place, words, content = '{table}', content_rowid = '{key}',
    detail = none, columnsize = 0, tokenize = 'ascii', prefix = '1 2 3 5'
);
"""


def _kept_found(table: str, key: str, changing: str = "", again: str = "otherwise") -> str:
    """The triggers that keep the index true; changing: the columns that words and place are made of."""
    index = f"{table}_fts"
    add = f"INSERT INTO {index} (rowid, place, words) VALUES (NEW.{key}, NEW.place, NEW.words);"
    take = f"""INSERT INTO {index} ({index}, rowid, place, words)
        VALUES ('delete', OLD.{key}, OLD.place, OLD.words);"""
    changed = f"""
CREATE TRIGGER {table}_is_found_{again} AFTER UPDATE OF {changing} ON {table}
WHEN OLD.place <> NEW.place OR OLD.words <> NEW.words
BEGIN
    {take}
    {add}
END;"""
    return f"""
CREATE TRIGGER {table}_is_found AFTER INSERT ON {table}
BEGIN
    {add}
END;{changed if changing else ""}
CREATE TRIGGER {table}_is_forgotten AFTER DELETE ON {table}
BEGIN
    {take}
END;
"""


VERSION_1 = """
CREATE TABLE fax_transition (
    old_state TEXT NOT NULL,
    new_state TEXT NOT NULL,
    PRIMARY KEY (old_state, new_state)
) WITHOUT ROWID;

CREATE TABLE fax (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id      INTEGER,                       -- the first job of the same Send
    owner_id      TEXT NOT NULL,
    number        TEXT NOT NULL CHECK (number <> ''),
    name          TEXT NOT NULL DEFAULT '',
    cover_index   INTEGER,                       -- NULL: the account's default
    cover_name    TEXT NOT NULL DEFAULT '',
    note          TEXT NOT NULL DEFAULT '',
    resolution    TEXT NOT NULL,
    state         TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    changed_at    TEXT NOT NULL,
    message_id    TEXT NOT NULL DEFAULT '',
    detail        TEXT NOT NULL DEFAULT '',
    error_code    TEXT NOT NULL DEFAULT '',
    server_pages  INTEGER,
    attempts      INTEGER NOT NULL DEFAULT 0,    -- how often it entered "sending"
    first_byte_at TEXT,                          -- written before the first byte of the last attempt leaves
    last_byte_at  TEXT,                          -- written before the last byte of the last attempt leaves
    retry_at      TEXT                           -- not before this, while waiting
);
CREATE INDEX fax_by_owner ON fax (owner_id, id);
CREATE INDEX fax_by_state ON fax (state, id);
CREATE INDEX fax_by_message ON fax (message_id) WHERE message_id <> '';

CREATE TABLE fax_file (
    fax_id     INTEGER NOT NULL REFERENCES fax (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    digest     TEXT NOT NULL CHECK (length(digest) = 64),
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    pages      INTEGER,
    PRIMARY KEY (fax_id, position)
) WITHOUT ROWID;
CREATE INDEX fax_file_by_digest ON fax_file (digest);

CREATE TABLE fax_event (
    id     INTEGER PRIMARY KEY,
    fax_id INTEGER NOT NULL REFERENCES fax (id) ON DELETE CASCADE,
    at     TEXT NOT NULL,
    state  TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX fax_event_by_fax ON fax_event (fax_id, id);

CREATE TRIGGER fax_starts_at_the_beginning BEFORE INSERT ON fax
WHEN NEW.state NOT IN ('preparing', 'queued')
BEGIN
    SELECT RAISE(ABORT, 'a fax starts as preparing or queued');
END;

CREATE TRIGGER fax_moves_as_allowed BEFORE UPDATE OF state ON fax
WHEN NOT EXISTS (
    SELECT 1 FROM fax_transition WHERE old_state = OLD.state AND new_state = NEW.state
)
BEGIN
    SELECT RAISE(ABORT, 'illegal fax transition');
END;

CREATE TABLE recent_call (
    id         TEXT PRIMARY KEY,
    number     TEXT NOT NULL,
    name       TEXT NOT NULL DEFAULT '',
    at         TEXT NOT NULL,
    state      TEXT NOT NULL,
    them       TEXT NOT NULL,
    your_phone TEXT NOT NULL,
    talked_s   REAL NOT NULL DEFAULT 0
);
CREATE INDEX recent_call_by_time ON recent_call (at);
"""

VERSION_2 = (
    """
ALTER TABLE fax ADD COLUMN request_id INTEGER;                  -- the last request it was part of
ALTER TABLE fax ADD COLUMN source_message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE fax ADD COLUMN wait_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE fax ADD COLUMN send_at TEXT;
ALTER TABLE fax ADD COLUMN send_by TEXT NOT NULL DEFAULT 'desk';
ALTER TABLE fax ADD COLUMN keep_trying_until TEXT;
ALTER TABLE fax ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;    -- how often the service was handed it
ALTER TABLE fax ADD COLUMN stumbles INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fax ADD COLUMN is_seen INTEGER NOT NULL DEFAULT 1;
ALTER TABLE fax ADD COLUMN pages_key TEXT NOT NULL DEFAULT '';
ALTER TABLE fax ADD COLUMN words TEXT NOT NULL DEFAULT '';      -- what the search finds it by
ALTER TABLE fax ADD COLUMN folder TEXT GENERATED ALWAYS AS (
    CASE state WHEN 'sent' THEN 'sent' WHEN 'failed' THEN 'failed' WHEN 'cancelled' THEN 'failed'
               ELSE 'queue' END) VIRTUAL;
ALTER TABLE fax ADD COLUMN place TEXT GENERATED ALWAYS AS (
    '§' || hex(owner_id) || '§' || folder) VIRTUAL;

CREATE TABLE fax_request (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id          TEXT NOT NULL,
    batch_id          INTEGER NOT NULL,
    started_at        TEXT NOT NULL,             -- written before the first byte left
    last_byte_at      TEXT,                      -- written before the last byte left
    service_offset_s  REAL NOT NULL DEFAULT 0,
    message_id        TEXT NOT NULL DEFAULT '',
    source_message_id TEXT NOT NULL DEFAULT '',
    is_denied         INTEGER NOT NULL DEFAULT 0,
    looks             INTEGER NOT NULL DEFAULT 0,
    ended_at          TEXT
);
CREATE INDEX fax_request_by_message ON fax_request (owner_id, message_id) WHERE message_id <> '';

CREATE TABLE fax_request_job (
    request_id INTEGER NOT NULL REFERENCES fax_request (id) ON DELETE CASCADE,
    fax_id     INTEGER NOT NULL REFERENCES fax (id) ON DELETE CASCADE,
    PRIMARY KEY (request_id, fax_id)
) WITHOUT ROWID;
CREATE INDEX fax_request_job_by_fax ON fax_request_job (fax_id);

INSERT INTO fax_request (id, owner_id, batch_id, started_at, last_byte_at, message_id)
    SELECT id, owner_id, coalesce(batch_id, id), first_byte_at, last_byte_at, message_id
    FROM fax WHERE first_byte_at IS NOT NULL;
INSERT INTO fax_request_job SELECT id, id FROM fax_request;
UPDATE fax SET request_id = id WHERE first_byte_at IS NOT NULL;
UPDATE fax SET batch_id = id WHERE batch_id IS NULL;
UPDATE fax SET tries = max(attempts, 1) WHERE message_id <> '';
UPDATE fax SET source_message_id = message_id WHERE state IN ('handed over', 'sent');
UPDATE fax SET wait_reason = 'retry', retry_at = coalesce(retry_at, changed_at) WHERE state = 'waiting';
UPDATE fax SET is_seen = 0 WHERE state = 'needs you';
ALTER TABLE fax DROP COLUMN attempts;
ALTER TABLE fax DROP COLUMN first_byte_at;
ALTER TABLE fax DROP COLUMN last_byte_at;

DROP INDEX fax_by_owner;
DROP INDEX fax_by_state;
CREATE INDEX fax_by_folder ON fax (owner_id, folder, id, created_at);
CREATE INDEX fax_by_number ON fax (owner_id, number, state, changed_at);
CREATE INDEX fax_by_batch ON fax (batch_id);
CREATE INDEX fax_by_request ON fax (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX fax_unseen ON fax (owner_id, folder, id) WHERE is_seen = 0;
CREATE INDEX fax_half_done ON fax (state, id) WHERE state IN ('preparing', 'held', 'sending');

DROP TRIGGER fax_starts_at_the_beginning;
CREATE TRIGGER fax_starts_at_the_beginning BEFORE INSERT ON fax
WHEN NEW.state NOT IN ('preparing', 'held', 'queued', 'waiting')
BEGIN
    SELECT RAISE(ABORT, 'a fax starts as preparing, held, queued or waiting');
END;

"""
    + _search("fax", "id")
    + _kept_found("fax", "id", "state, words", "elsewhere")
    + """
CREATE TABLE queue_pause (
    owner_id  TEXT PRIMARY KEY,
    paused_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE received_fax (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id      TEXT NOT NULL,
    message_id    TEXT NOT NULL,
    number        TEXT NOT NULL,
    name          TEXT NOT NULL DEFAULT '',
    to_number     TEXT NOT NULL DEFAULT '',
    created_at    TEXT NOT NULL,
    pages         INTEGER,
    is_read       INTEGER NOT NULL DEFAULT 0,
    attachment_id TEXT NOT NULL DEFAULT '',
    media_type    TEXT NOT NULL DEFAULT '',
    digest        TEXT NOT NULL DEFAULT '',
    size_bytes    INTEGER NOT NULL DEFAULT 0,
    is_gone       INTEGER NOT NULL DEFAULT 0,
    changed_at    TEXT NOT NULL,
    moment_key    INTEGER NOT NULL UNIQUE,       -- the order of time, also in the search
    words         TEXT NOT NULL DEFAULT '',
    place         TEXT GENERATED ALWAYS AS ('§' || hex(owner_id) || '§received') VIRTUAL,
    UNIQUE (owner_id, message_id)
);
CREATE INDEX received_fax_by_time ON received_fax (owner_id, moment_key, created_at);
CREATE INDEX received_fax_unread ON received_fax (owner_id, moment_key) WHERE is_read = 0;
CREATE INDEX received_fax_missing ON received_fax (owner_id, moment_key) WHERE digest = '' AND is_gone = 0;

"""
    + _search("received_fax", "moment_key")
    + _kept_found("received_fax", "moment_key", "words")
    + """
CREATE TABLE sync_state (
    owner_id   TEXT PRIMARY KEY,
    sync_token TEXT NOT NULL,
    synced_at  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE person (
    id        INTEGER PRIMARY KEY,
    owner_id  TEXT NOT NULL,
    source    TEXT NOT NULL,
    source_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    company   TEXT NOT NULL DEFAULT '',
    number    TEXT NOT NULL,
    label     TEXT NOT NULL DEFAULT '',
    is_fax    INTEGER NOT NULL DEFAULT 0,
    used_at   TEXT,                              -- of the source "recent": when it was last faxed
    words     TEXT NOT NULL,
    place     TEXT GENERATED ALWAYS AS ('§' || hex(owner_id)) VIRTUAL
);
CREATE INDEX person_by_source ON person (owner_id, source, used_at);
CREATE INDEX person_by_number ON person (owner_id, number);

"""
    + _search("person", "id")
    + _kept_found("person", "id")
    + """
CREATE TABLE person_source (
    owner_id   TEXT NOT NULL,
    source     TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    PRIMARY KEY (owner_id, source)
) WITHOUT ROWID;

CREATE TABLE recipient_group (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id TEXT NOT NULL,
    name     TEXT NOT NULL CHECK (name <> ''),
    UNIQUE (owner_id, name)
);

CREATE TABLE group_member (
    group_id INTEGER NOT NULL REFERENCES recipient_group (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    number   TEXT NOT NULL,
    name     TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (group_id, position)
) WITHOUT ROWID;
"""
)

VERSION_3 = (
    """
CREATE TABLE past_call (
    moment_key INTEGER PRIMARY KEY,              -- the order of time, also in the search
    owner_id   TEXT NOT NULL,                    -- '': of whoever signs in first, see PastCalls.take_over()
    id         TEXT NOT NULL CHECK (id <> ''),
    direction  TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    number     TEXT NOT NULL,
    name       TEXT NOT NULL DEFAULT '',
    at         TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    talked_s   REAL NOT NULL DEFAULT 0,
    extension  TEXT NOT NULL DEFAULT '',
    session_id TEXT NOT NULL DEFAULT '',
    log_id     TEXT NOT NULL DEFAULT '',         -- '' until the call log told of it
    reason     TEXT NOT NULL DEFAULT '',
    is_seen    INTEGER NOT NULL DEFAULT 1,
    words      TEXT NOT NULL DEFAULT '',
    place      TEXT GENERATED ALWAYS AS (
        '§' || hex(owner_id) || ' §' || hex(owner_id) || '§' || direction
        || CASE WHEN outcome IN ('missed', 'voicemail') THEN ' §' || hex(owner_id) || '§missed'
                ELSE '' END) VIRTUAL,
    UNIQUE (owner_id, id)
);
CREATE INDEX past_call_by_time ON past_call (owner_id, moment_key);
CREATE INDEX past_call_by_direction ON past_call (owner_id, direction, moment_key);
CREATE INDEX past_call_by_number ON past_call (owner_id, number, moment_key);
CREATE INDEX past_call_missed ON past_call (owner_id, moment_key) WHERE outcome IN ('missed', 'voicemail');
CREATE INDEX past_call_unseen ON past_call (owner_id, moment_key) WHERE is_seen = 0;
CREATE UNIQUE INDEX past_call_by_log ON past_call (owner_id, log_id) WHERE log_id <> '';
CREATE INDEX past_call_by_session ON past_call (owner_id, session_id) WHERE session_id <> '';

"""
    + _search("past_call", "moment_key")
    + _kept_found("past_call", "moment_key", "owner_id, direction, outcome, words")
    + """
CREATE TABLE live_call (
    owner_id       TEXT NOT NULL,
    id             TEXT NOT NULL,
    session_id     TEXT NOT NULL DEFAULT '',
    to_number      TEXT NOT NULL,
    to_name        TEXT NOT NULL DEFAULT '',
    extension      TEXT NOT NULL DEFAULT '',
    from_number    TEXT NOT NULL,
    from_label     TEXT NOT NULL DEFAULT '',
    from_kind      TEXT NOT NULL DEFAULT '',
    show_as        TEXT NOT NULL DEFAULT '',
    show_as_label  TEXT NOT NULL DEFAULT '',
    ask_to_press_1 INTEGER NOT NULL DEFAULT 1,
    started_at     TEXT NOT NULL,
    talking_since  TEXT,                         -- NULL until both answered
    state          TEXT NOT NULL,
    your_phone     TEXT NOT NULL,
    them           TEXT NOT NULL,
    is_cancelling  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (owner_id, id)
) WITHOUT ROWID;

CREATE TABLE call_log_state (
    owner_id   TEXT PRIMARY KEY,
    sync_token TEXT NOT NULL,
    synced_at  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE favourite (
    owner_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    number   TEXT NOT NULL CHECK (number <> ''),
    name     TEXT NOT NULL DEFAULT '',
    is_fax   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (owner_id, position),
    UNIQUE (owner_id, number, is_fax)
) WITHOUT ROWID;

CREATE TABLE dial_choice (
    owner_id   TEXT NOT NULL,
    number     TEXT NOT NULL,
    ring_me_on TEXT NOT NULL DEFAULT '',
    show_as    TEXT NOT NULL DEFAULT '',
    press_1    INTEGER,                          -- NULL: as everywhere
    PRIMARY KEY (owner_id, number)
) WITHOUT ROWID;

CREATE INDEX person_by_person ON person (owner_id, source, source_id);
CREATE INDEX received_fax_by_number ON received_fax (owner_id, number, moment_key);
"""
)

VERSION_4 = """
CREATE TABLE draft (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    draft_key  TEXT NOT NULL UNIQUE,
    owner_id   TEXT NOT NULL,                    -- '': of whoever signs in first, see Drafts.take_over()
    changed_at TEXT NOT NULL,
    deleted_at TEXT,                             -- until purge() it can come back
    content    TEXT NOT NULL                     -- JSON, see drafts.py
);
CREATE INDEX draft_by_owner ON draft (owner_id, changed_at);

CREATE TABLE draft_file (
    draft_id INTEGER NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    digest   TEXT NOT NULL,
    PRIMARY KEY (draft_id, digest)
) WITHOUT ROWID;
CREATE INDEX draft_file_by_digest ON draft_file (digest);
"""

VERSION_5 = """
ALTER TABLE fax ADD COLUMN maybe_message_id TEXT NOT NULL DEFAULT '';    -- the user is asked: is it this one?
ALTER TABLE fax_request ADD COLUMN mark TEXT NOT NULL DEFAULT '';        -- in the file names of its upload
ALTER TABLE fax_request ADD COLUMN not_these TEXT NOT NULL DEFAULT '';   -- messages the user said no to
UPDATE fax_request SET ended_at = started_at
    WHERE ended_at IS NULL AND id NOT IN (
        SELECT request_id FROM fax
        WHERE state IN ('interrupted', 'needs you', 'sending') AND request_id IS NOT NULL
    );
CREATE TABLE queue_at_work (
    owner_id TEXT PRIMARY KEY,
    seen_at  TEXT NOT NULL                       -- when the queue was last looked at to be sent
) WITHOUT ROWID;
CREATE INDEX fax_request_open ON fax_request (owner_id, id) WHERE ended_at IS NULL AND message_id = '';
"""

VERSION_6 = (
    """
DROP TRIGGER fax_is_found;
DROP TRIGGER fax_is_found_elsewhere;
DROP TRIGGER fax_is_forgotten;
DROP INDEX fax_by_folder;
DROP INDEX fax_unseen;
ALTER TABLE fax DROP COLUMN place;
ALTER TABLE fax DROP COLUMN folder;
ALTER TABLE fax ADD COLUMN shelf TEXT NOT NULL DEFAULT '';      -- core.folder.Shelf
ALTER TABLE fax ADD COLUMN shelved_at TEXT;
ALTER TABLE fax ADD COLUMN delete_there INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fax ADD COLUMN folder TEXT GENERATED ALWAYS AS (
    shelf || CASE state WHEN 'sent' THEN 'sent' WHEN 'failed' THEN 'failed' WHEN 'cancelled' THEN 'failed'
                        ELSE 'queue' END) VIRTUAL;
ALTER TABLE fax ADD COLUMN place TEXT GENERATED ALWAYS AS (
    '§' || hex(owner_id) || '§' || folder) VIRTUAL;
CREATE INDEX fax_by_folder ON fax (owner_id, folder, id, created_at);
CREATE INDEX fax_unseen ON fax (owner_id, folder, id) WHERE is_seen = 0;
CREATE INDEX fax_deleted ON fax (shelved_at) WHERE shelf = 'deleted';
"""
    + _kept_found("fax", "id", "state, words, shelf", "elsewhere")
    + """
DROP TRIGGER received_fax_is_found;
DROP TRIGGER received_fax_is_found_otherwise;
DROP TRIGGER received_fax_is_forgotten;
DROP INDEX received_fax_by_time;
DROP INDEX received_fax_unread;
ALTER TABLE received_fax DROP COLUMN place;
ALTER TABLE received_fax ADD COLUMN shelf TEXT NOT NULL DEFAULT '';
ALTER TABLE received_fax ADD COLUMN shelved_at TEXT;
ALTER TABLE received_fax ADD COLUMN delete_there INTEGER NOT NULL DEFAULT 0;
ALTER TABLE received_fax ADD COLUMN folder TEXT GENERATED ALWAYS AS (shelf || 'received') VIRTUAL;
ALTER TABLE received_fax ADD COLUMN place TEXT GENERATED ALWAYS AS (
    '§' || hex(owner_id) || '§' || folder) VIRTUAL;
CREATE INDEX received_fax_by_time ON received_fax (owner_id, folder, moment_key, created_at);
CREATE INDEX received_fax_unread ON received_fax (owner_id, folder, moment_key) WHERE is_read = 0;
CREATE INDEX received_fax_deleted ON received_fax (shelved_at) WHERE shelf = 'deleted';
"""
    + _kept_found("received_fax", "moment_key", "words, shelf")
    + """
CREATE TABLE message_to_delete (                 -- the user wants it deleted at the service too
    owner_id   TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (owner_id, message_id)
) WITHOUT ROWID;
CREATE TABLE message_deleted (                   -- was deleted here: a sync must not bring it back
    owner_id   TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (owner_id, message_id)
) WITHOUT ROWID;
"""
)

VERSION_7 = (
    """
CREATE TABLE voicemail (
    moment_key       INTEGER PRIMARY KEY,
    owner_id         TEXT NOT NULL,
    message_id       TEXT NOT NULL,
    created_at       TEXT NOT NULL,
    number           TEXT NOT NULL DEFAULT '',
    name             TEXT NOT NULL DEFAULT '',
    extension        TEXT NOT NULL DEFAULT '',
    to_number        TEXT NOT NULL DEFAULT '',
    length_s         INTEGER NOT NULL DEFAULT 0,
    transcript       TEXT,                       -- NULL until it was fetched
    transcript_state TEXT NOT NULL DEFAULT 'NotAvailable',
    is_private       INTEGER NOT NULL DEFAULT 0,
    is_read          INTEGER NOT NULL DEFAULT 0,
    is_unsaid        INTEGER NOT NULL DEFAULT 0, -- the service was not told yet whether it was heard
    is_gone          INTEGER NOT NULL DEFAULT 0,
    deleted_at       TEXT,                       -- until purge() it can come back
    digest           TEXT NOT NULL DEFAULT '',
    size_bytes       INTEGER NOT NULL DEFAULT 0,
    media_type       TEXT NOT NULL DEFAULT '',
    words            TEXT NOT NULL DEFAULT '',
    place            TEXT GENERATED ALWAYS AS (
        '§' || hex(owner_id) || CASE WHEN deleted_at IS NULL THEN '' ELSE '§deleted' END) VIRTUAL,
    UNIQUE (owner_id, message_id)
);
CREATE INDEX voicemail_by_time ON voicemail (owner_id, moment_key) WHERE deleted_at IS NULL;
CREATE INDEX voicemail_unread ON voicemail (owner_id, moment_key) WHERE deleted_at IS NULL AND is_read = 0;
CREATE INDEX voicemail_by_digest ON voicemail (digest) WHERE digest <> '';
"""
    + _search("voicemail", "moment_key")
    + _kept_found("voicemail", "moment_key", "words, deleted_at")
    + """
CREATE TABLE recording (
    moment_key   INTEGER PRIMARY KEY,
    owner_id     TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    kind         TEXT NOT NULL,
    at           TEXT NOT NULL,
    uri          TEXT NOT NULL DEFAULT '',
    call_id      TEXT NOT NULL DEFAULT '',
    session_id   TEXT NOT NULL DEFAULT '',
    is_inbound   INTEGER NOT NULL DEFAULT 0,
    number       TEXT NOT NULL DEFAULT '',
    name         TEXT NOT NULL DEFAULT '',
    length_s     REAL NOT NULL DEFAULT 0,
    is_waiting   INTEGER NOT NULL DEFAULT 0,
    note         TEXT NOT NULL DEFAULT '',
    marks        TEXT NOT NULL DEFAULT '[]',     -- JSON, see recordings.py
    digest       TEXT NOT NULL DEFAULT '',
    size_bytes   INTEGER NOT NULL DEFAULT 0,
    media_type   TEXT NOT NULL DEFAULT '',
    words        TEXT NOT NULL DEFAULT '',
    place        TEXT GENERATED ALWAYS AS ('§' || hex(owner_id)) VIRTUAL,
    UNIQUE (owner_id, recording_id)
);
CREATE INDEX recording_by_time ON recording (owner_id, moment_key);
CREATE INDEX recording_by_digest ON recording (digest) WHERE digest <> '';
"""
    + _search("recording", "moment_key")
    + _kept_found("recording", "moment_key", "words")
    + """
CREATE TABLE voice_sync (
    owner_id   TEXT NOT NULL,
    kind       TEXT NOT NULL,                    -- voicemail or recording
    sync_token TEXT NOT NULL,
    synced_at  TEXT NOT NULL,
    PRIMARY KEY (owner_id, kind)
) WITHOUT ROWID;
"""
)

VERSION_8 = (
    """
CREATE TABLE conversation (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id    TEXT NOT NULL,
    people_key  TEXT NOT NULL,                   -- core.messages.conversation.people_key()
    people      TEXT NOT NULL,                   -- JSON: number and name of each
    words       TEXT NOT NULL DEFAULT '',        -- what its people are found by, a blank before each word
    newest_key  INTEGER NOT NULL DEFAULT 0,      -- of the newest text or of the draft: the order of the list
    unread      INTEGER NOT NULL DEFAULT 0,
    not_sent    INTEGER NOT NULL DEFAULT 0,
    own_number  TEXT NOT NULL DEFAULT '',
    draft       TEXT NOT NULL DEFAULT '',        -- JSON, see conversations.py
    draft_key   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (owner_id, people_key)
);
CREATE INDEX conversation_by_time ON conversation (owner_id, newest_key) WHERE newest_key > 0;
CREATE INDEX conversation_unread ON conversation (owner_id, newest_key, unread) WHERE unread > 0;
CREATE INDEX conversation_not_sent ON conversation (owner_id, newest_key, not_sent) WHERE not_sent > 0;
CREATE INDEX conversation_with_draft ON conversation (owner_id) WHERE draft <> '';

CREATE TABLE text (
    moment_key      INTEGER PRIMARY KEY,         -- the order of time, also in the search
    owner_id        TEXT NOT NULL,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id),
    message_id      TEXT NOT NULL DEFAULT '',    -- '' until the service has it
    is_inbound      INTEGER NOT NULL,
    sender_number   TEXT NOT NULL DEFAULT '',
    sender_name     TEXT NOT NULL DEFAULT '',
    own_number      TEXT NOT NULL DEFAULT '',
    recipients      TEXT NOT NULL DEFAULT '[]',  -- JSON
    text            TEXT NOT NULL DEFAULT '',
    at              TEXT NOT NULL,
    state           TEXT NOT NULL,
    error_code      TEXT NOT NULL DEFAULT '',
    detail          TEXT NOT NULL DEFAULT '',
    is_read         INTEGER NOT NULL DEFAULT 1,
    is_read_told    INTEGER NOT NULL DEFAULT 1,  -- 0: the service does not know yet
    deleted_at      TEXT,
    opt             TEXT NOT NULL DEFAULT '',    -- 'stop' or 'start': what it asks for
    words           TEXT NOT NULL DEFAULT '',
    place           TEXT GENERATED ALWAYS AS (
        '§' || hex(owner_id) || CASE WHEN deleted_at IS NULL THEN '' ELSE '§deleted' END) VIRTUAL
);
CREATE UNIQUE INDEX text_by_message ON text (owner_id, message_id) WHERE message_id <> '';
CREATE INDEX text_by_conversation ON text (conversation_id, moment_key) WHERE deleted_at IS NULL;
CREATE INDEX text_unread ON text (conversation_id) WHERE is_read = 0 AND deleted_at IS NULL;
CREATE INDEX text_not_sent ON text (conversation_id)
    WHERE state IN ('not sent', 'not delivered', 'unsure') AND deleted_at IS NULL;
CREATE INDEX text_untold ON text (owner_id) WHERE is_read_told = 0;
CREATE INDEX text_deleted ON text (owner_id, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX text_opt ON text (conversation_id, own_number, moment_key) WHERE opt <> '';
CREATE INDEX text_open ON text (owner_id, state) WHERE message_id = '';

CREATE TABLE text_file (
    text_id        INTEGER NOT NULL REFERENCES text (moment_key) ON DELETE CASCADE,
    position       INTEGER NOT NULL,
    name           TEXT NOT NULL,
    media_type     TEXT NOT NULL,
    size_bytes     INTEGER NOT NULL DEFAULT 0,
    digest         TEXT NOT NULL DEFAULT '',
    uri            TEXT NOT NULL DEFAULT '',
    attachment_id  TEXT NOT NULL DEFAULT '',
    original_bytes INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (text_id, position)
) WITHOUT ROWID;
CREATE INDEX text_file_by_digest ON text_file (digest) WHERE digest <> '';

CREATE TABLE text_request (                      -- of each text that was written here
    text_id          INTEGER PRIMARY KEY REFERENCES text (moment_key) ON DELETE CASCADE,
    release_at       TEXT,                       -- until then it can be taken back
    retry_at         TEXT,
    tries            INTEGER NOT NULL DEFAULT 0,
    looks            INTEGER NOT NULL DEFAULT 0, -- how often it was looked for in the message store
    stumbles         INTEGER NOT NULL DEFAULT 0, -- how often in a row it did not get through
    is_denied        INTEGER NOT NULL DEFAULT 0, -- the service itself said that the last try failed
    started_at       TEXT,                       -- written before the first byte of the last try leaves
    last_byte_at     TEXT,                       -- written before the last byte of the last try leaves
    service_offset_s REAL NOT NULL DEFAULT 0
);

CREATE TABLE text_sync (
    owner_id   TEXT PRIMARY KEY,
    sync_token TEXT NOT NULL,
    synced_at  TEXT NOT NULL
) WITHOUT ROWID;

"""
    + _search("text", "moment_key")
    + _kept_found("text", "moment_key", "owner_id, deleted_at, words")
)

MIGRATIONS = (VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5, VERSION_6, VERSION_7, VERSION_8)
