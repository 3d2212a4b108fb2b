-- What the staff have to say about a student's work. Nothing is changed or removed.
CREATE TABLE comment (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    student_id BIGINT NOT NULL REFERENCES student (id),
    assignment TEXT COLLATE "C" NOT NULL,
    text TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at TEXT NOT NULL
);
