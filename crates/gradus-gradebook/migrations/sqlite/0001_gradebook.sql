CREATE TABLE student (
    id INTEGER PRIMARY KEY,
    -- The name that their submissions have.
    name TEXT NOT NULL UNIQUE,
    full_name TEXT,
    email TEXT,
    section TEXT,
    canvas_id TEXT,
    sis_user_id TEXT,
    sis_login_id TEXT,
    moodle_id TEXT
);

-- An assignment with its hidden checks, at one state of both.
CREATE TABLE version (
    hash TEXT PRIMARY KEY,
    assignment TEXT NOT NULL,
    title TEXT NOT NULL,
    max_points INTEGER NOT NULL,
    first_used_at TEXT NOT NULL
);

CREATE TABLE content (
    hash TEXT PRIMARY KEY,
    -- A zip archive of what was handed in.
    archive BLOB NOT NULL
);

CREATE TABLE submission (
    id INTEGER PRIMARY KEY,
    student_id INTEGER NOT NULL REFERENCES student (id),
    assignment TEXT NOT NULL,
    content_hash TEXT NOT NULL REFERENCES content (hash),
    -- When it was handed in, where anybody has said so.
    submitted_at TEXT,
    -- When the grader met it first.
    received_at TEXT NOT NULL,
    -- When the grader met it last: of several, the one met last counts.
    seen_at TEXT NOT NULL,
    UNIQUE (student_id, assignment, content_hash)
);

CREATE TABLE grading (
    id INTEGER PRIMARY KEY,
    submission_id INTEGER NOT NULL REFERENCES submission (id),
    version_hash TEXT NOT NULL REFERENCES version (hash),
    state TEXT NOT NULL CHECK (state IN ('current', 'superseded', 'proposed')),
    outcome TEXT NOT NULL CHECK (outcome IN ('graded', 'unreadable', 'fault')),
    points INTEGER,
    max_points INTEGER,
    -- An unsigned number of 64 bits in decimal digits, which an SQL integer cannot hold.
    seed TEXT NOT NULL,
    -- The whole outcome as JSON.
    document TEXT NOT NULL,
    graded_with TEXT NOT NULL,
    graded_by TEXT NOT NULL,
    graded_at TEXT NOT NULL
);

CREATE UNIQUE INDEX one_current_grading ON grading (submission_id) WHERE state = 'current';
CREATE UNIQUE INDEX one_proposed_grading ON grading (submission_id) WHERE state = 'proposed';

CREATE TABLE check_result (
    grading_id INTEGER NOT NULL REFERENCES grading (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    question TEXT NOT NULL,
    name TEXT NOT NULL,
    points INTEGER NOT NULL,
    max_points INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    PRIMARY KEY (grading_id, position)
);

-- Scores given by hand. Nothing is changed or removed: the last of a question counts.
CREATE TABLE manual_score (
    id INTEGER PRIMARY KEY,
    student_id INTEGER NOT NULL REFERENCES student (id),
    assignment TEXT NOT NULL,
    question TEXT NOT NULL,
    points REAL NOT NULL,
    max_points REAL NOT NULL,
    comment TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at TEXT NOT NULL
);
