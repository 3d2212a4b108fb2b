//! The server: which address shows what.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use gradus_gradebook::Gradebook;

use crate::access::{Access, guard};
use crate::actions::{CommentForm, ScoreForm};
use crate::page::{self, Filter};
use crate::{Assignment, ReviewError, actions};

/// A server that is ready to be started.
pub struct Review {
    listener: TcpListener,
    shared: Shared,
}

/// What all requests share.
pub(crate) type Shared = Arc<Inner>;

/// What a page is made from.
pub(crate) struct Inner {
    pub gradebook: Gradebook,
    pub assignments: Vec<Assignment>,
    pub access: Access,
}

impl Review {
    /// A server of this machine alone. Port 0 takes any that is free.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn bind(gradebook: Gradebook, assignments: Vec<Assignment>, port: u16) -> Result<Self, ReviewError> {
        let failed = |source| ReviewError::Serve { address: format!("127.0.0.1:{port}"), source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let access = Access::new(listener.local_addr().map_err(failed)?.port());
        Ok(Self { listener, shared: Arc::new(Inner { gradebook, assignments, access }) })
    }

    /// The address to open, with the key in it.
    pub fn address(&self) -> String {
        self.shared.access.address()
    }

    /// Serves until Ctrl-C.
    ///
    /// # Errors
    /// When the system takes the port away.
    pub fn serve(self) -> Result<(), ReviewError> {
        let address = self.listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
        let failed = |source| ReviewError::Serve { address: address.clone(), source };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener).map_err(failed)?;
            let end = async {
                // Without a way to hear of it, the server ends as any program does.
                let _ = tokio::signal::ctrl_c().await;
            };
            axum::serve(listener, router(self.shared)).with_graceful_shutdown(end).await.map_err(failed)
        })
    }
}

impl Inner {
    /// The assignment with this id.
    pub fn assignment(&self, id: &str) -> Result<&Assignment, ReviewError> {
        let found = self.assignments.iter().find(|assignment| assignment.id == id);
        found.ok_or_else(|| ReviewError::NotFound { what: format!("assignment `{id}`") })
    }

    /// The page that says why there is none.
    pub fn refuse(&self, error: &ReviewError) -> Response {
        (error.status(), Html(page::error(error))).into_response()
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/submission/{assignment}/{student}", get(submission))
        .route("/submission/{assignment}/{student}/score", post(score))
        .route("/submission/{assignment}/{student}/comment", post(comment))
        .fallback(nothing)
        .layer(from_fn_with_state(shared.clone(), guard))
        .layer(map_response(private))
        .with_state(shared)
}

async fn list(State(shared): State<Shared>, Query(filter): Query<Filter>) -> Response {
    answer(shared, move |shared| page::list(shared, &filter)).await
}

async fn submission(State(shared): State<Shared>, Path((assignment, student)): Path<(String, String)>) -> Response {
    answer(shared, move |shared| page::submission(shared, &assignment, &student)).await
}

async fn score(
    State(shared): State<Shared>,
    Path((assignment, student)): Path<(String, String)>,
    Form(form): Form<ScoreForm>,
) -> Response {
    change(shared, assignment, student, move |shared, assignment, student| {
        actions::score(shared, assignment, student, &form)
    })
    .await
}

async fn comment(
    State(shared): State<Shared>,
    Path((assignment, student)): Path<(String, String)>,
    Form(form): Form<CommentForm>,
) -> Response {
    change(shared, assignment, student, move |shared, assignment, student| {
        actions::comment(shared, assignment, student, &form)
    })
    .await
}

async fn nothing(State(shared): State<Shared>) -> Response {
    shared.refuse(&ReviewError::NotFound { what: "such page".to_owned() })
}

/// Makes a change and goes back to the submission's page: to load that again changes nothing again.
async fn change(
    shared: Shared,
    assignment: String,
    student: String,
    make: impl FnOnce(&Inner, &str, &str) -> Result<(), ReviewError> + Send + 'static,
) -> Response {
    let back = page::address(&assignment, &student);
    match blocking(&shared, move |shared| make(shared, &assignment, &student)).await {
        Ok(()) => Redirect::to(&back).into_response(),
        Err(error) => shared.refuse(&error),
    }
}

async fn answer(shared: Shared, make: impl FnOnce(&Inner) -> Result<String, ReviewError> + Send + 'static) -> Response {
    match blocking(&shared, make).await {
        Ok(page) => (StatusCode::OK, Html(page)).into_response(),
        Err(error) => shared.refuse(&error),
    }
}

/// The gradebook waits for its file, which must not hold up the server.
async fn blocking<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Inner) -> Result<T, ReviewError> + Send + 'static,
) -> Result<T, ReviewError> {
    let shared = Arc::clone(shared);
    let done = tokio::task::spawn_blocking(move || work(&shared)).await;
    done.unwrap_or_else(|error| Err(ReviewError::Fault { reason: error.to_string() }))
}

/// Grades are for nobody's cache, and students' names for no other site. (Without any referrer, browsers hide the origin
/// of forms too.)
async fn private(mut response: Response) -> Response {
    let headers: [(HeaderName, &str); 3] =
        [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "same-origin"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
