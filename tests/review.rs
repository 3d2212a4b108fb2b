//! Who gets into `gradus gradebook serve`, and that nothing is changed by anybody else. What its pages do for people is
//! tried in a browser by `tests/review/run.sh`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use gradus_gradebook::{Attempt, Content, Gradebook, Version};
use gradus_judge::Outcome;

/// A server on a gradebook with one submission, which could not be read.
struct Server {
    process: Child,
    port: u16,
    token: String,
    folder: tempfile::TempDir,
}

/// What came back.
struct Reply {
    status: u16,
    head: String,
    body: String,
}

const SCORE: &str = "/submission/svm/ada/score";

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let book = folder.path().join("gradebook.sqlite");
        record(&book, folder.path());
        let mut process = Command::new(env!("CARGO_BIN_EXE_gradus"))
            .args(["gradebook", "serve", "--gradebook"])
            .arg(&book)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("its output")).read_line(&mut address).expect("an address");
        let (host, token) = address.trim().split_once("/?token=").expect("an address with a token");
        let port = host.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        Self { process, port, token: token.to_owned(), folder }
    }

    fn host(&self) -> String {
        format!("Host: 127.0.0.1:{}", self.port)
    }

    fn cookie(&self) -> String {
        format!("Cookie: other=1; gradus-{}={}", self.port, self.token)
    }

    fn ask(&self, first_line: &str, headers: &[&str], body: &str) -> Reply {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let request =
            format!("{first_line} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Reply {
        self.ask(&format!("GET {path}"), &[&self.host(), &self.cookie()], "")
    }

    fn post(&self, path: &str, headers: &[&str], form: &str) -> Reply {
        let (host, cookie) = (self.host(), self.cookie());
        let mut all = vec!["Content-Type: application/x-www-form-urlencoded", host.as_str(), cookie.as_str()];
        all.extend(headers);
        self.ask(&format!("POST {path}"), &all, form)
    }

    fn form_token(&self) -> String {
        let page = self.get("/submission/svm/ada").body;
        let (_, rest) = page.split_once("name=\"form_token\" value=\"").expect("a form");
        rest.split('"').next().expect("a token").to_owned()
    }

    fn scores(&self) -> usize {
        let gradebook = Gradebook::open_existing(&self.folder.path().join("gradebook.sqlite")).expect("it is there");
        gradebook.history("ada").expect("she is there").manual.len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

fn record(book: &Path, folder: &Path) {
    let file = folder.join("ada.rs");
    std::fs::write(&file, "<script>alert(1)</script>").expect("a file");
    let content = Content::read(&file).expect("it can be read");
    let version =
        Version { hash: "one".to_owned(), assignment: "svm".to_owned(), title: "SVM".to_owned(), max_points: 100 };
    let outcome = Outcome::Unreadable {
        submission: "ada".to_owned(),
        message: "<script>alert(2)</script>".to_owned(),
        hint: "none".to_owned(),
        max_points: 100,
    };
    let attempt = Attempt { student: "ada", content: &content, version: &version, seed: 1 };
    Gradebook::open(book).and_then(|gradebook| gradebook.record(&attempt, &outcome)).expect("it can be recorded");
}

#[test]
fn only_whoever_has_the_address_gets_in() {
    let server = Server::start();
    let first = server.ask(&format!("GET /?token={}", server.token), &[&server.host()], "");
    assert_eq!(first.status, 303);
    let cookie = first.head.lines().find(|line| line.starts_with("set-cookie")).expect("a cookie");
    assert!(cookie.contains(&server.token) && cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let list = server.get("/");
    assert_eq!(list.status, 200);
    assert!(list.body.contains("1 submission"), "{}", list.body);
    for header in ["cache-control: no-store", "referrer-policy: same-origin", "x-content-type-options: nosniff"] {
        assert!(list.head.contains(header), "{}", list.head);
    }

    let wrong = format!("Cookie: gradus-{}={}x", server.port, server.token);
    let elsewhere = format!("Host: evil.example:{}", server.port);
    let (own, cookie) = (server.host(), server.cookie());
    let refused: [(&str, &[&str]); 6] = [
        ("GET /", &[&own]),
        ("GET /?token=guess", &[&own]),
        ("GET /submission/svm/ada", &[&own]),
        ("GET /nothing", &[&own]),
        ("GET /", &[&own, &wrong]),
        // A name that was made to lead here, with everything else right.
        ("GET /", &[&elsewhere, &cookie]),
    ];
    for (line, headers) in refused {
        let reply = server.ask(line, headers, "");
        assert_eq!(reply.status, 403, "{line} {headers:?}");
        assert!(!reply.body.contains("ada"), "{}", reply.body);
    }
}

#[test]
fn a_change_needs_a_form_of_this_server() {
    let server = Server::start();
    let token = server.form_token();
    let form = format!("form_token={token}&question=written-1&points=1%2C5&comment=short");
    let without = form.replace(&token, "");
    let origin = format!("Origin: http://127.0.0.1:{}", server.port);
    assert_eq!(server.post(SCORE, &[&origin], &without).status, 403);
    assert_eq!(server.post(SCORE, &["Origin: http://evil.example"], &form).status, 403);
    assert_eq!(server.post(SCORE, &["Origin: null"], &form).status, 403);
    assert_eq!(server.scores(), 0);
    let done = server.post(SCORE, &[&origin], &form);
    assert_eq!(done.status, 303);
    assert!(done.head.contains("location: /submission/svm/ada"), "{}", done.head);
    assert_eq!(server.scores(), 1);
}

#[test]
fn what_cannot_be_is_refused_with_the_reason_and_changes_nothing() {
    let server = Server::start();
    let token = server.form_token();
    for (path, form, status, reason) in [
        (SCORE, "question=written-1&points=3", 422, "`written-1` is worth 0 to 2 points, not 3"),
        (SCORE, "question=written-1&points=NaN", 422, "not NaN"),
        (SCORE, "question=written-1&points=a+lot", 422, "`a lot` is no number of points"),
        (SCORE, "question=written-9&points=1", 422, "no question `written-9`"),
        (SCORE, "question=predict&points=1&comment=+", 422, "no reason is given"),
        ("/submission/svm/bob/score", "question=written-1&points=1", 404, "nobody called `bob`"),
        ("/submission/knitting/ada/score", "question=written-1&points=1", 404, "there is no assignment `knitting`"),
        ("/submission/svm/ada/comment", "text=+", 422, "the remark is empty"),
        ("/submission/svm/ada/nothing", "", 404, "there is no such page"),
    ] {
        let reply = server.post(path, &[], &format!("form_token={token}&{form}"));
        assert_eq!(reply.status, status, "{path} {form}: {}", reply.body);
        assert!(reply.body.contains(reason), "{path} {form}: {}", reply.body);
    }
    assert_eq!(server.scores(), 0);
    assert_eq!(server.get("/submission/svm/bob").status, 404);
}

#[test]
fn what_students_write_stays_text() {
    let server = Server::start();
    let page = server.get("/submission/svm/ada").body;
    assert!(page.contains("&lt;script&gt;alert(2)"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("default-src 'none'"), "{page}");
}
