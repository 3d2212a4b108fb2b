-- What the staff have to say about a student's work. Nothing is changed or removed.
CREATE TABLE comment (
    id INTEGER PRIMARY KEY,
    student_id INTEGER NOT NULL REFERENCES student (id),
    assignment TEXT NOT NULL,
    text TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at TEXT NOT NULL
);
