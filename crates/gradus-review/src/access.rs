//! Who gets in: whoever has the address that was printed, from this machine's own browser.
//!
//! The address carries a token, which the first request changes for a cookie, so that it does not stay in the browser's
//! address line. Then every request has to bring the cookie and to name this server as its host, which a foreign name that
//! was made to lead here does not; and every form has to bring a second token, which no other site's page can read.

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use rand::Rng;
use rand::distr::Alphanumeric;

use crate::ReviewError;
use crate::server::Shared;

/// Letters and digits of a token: 190 bits.
const LENGTH: usize = 32;

/// The secrets of one run of the server.
#[derive(Clone)]
pub struct Access {
    port: u16,
    token: String,
    form_token: String,
}

impl Access {
    /// New secrets for a server on this port.
    pub fn new(port: u16) -> Self {
        let token = || rand::rng().sample_iter(Alphanumeric).take(LENGTH).map(char::from).collect();
        Self { port, token: token(), form_token: token() }
    }

    /// The address to open.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.token)
    }

    /// What every form has to bring.
    pub(crate) fn form_token(&self) -> &str {
        &self.form_token
    }

    /// Refuses a form that no page of this server made.
    pub(crate) fn check_form(&self, token: &str) -> Result<(), ReviewError> {
        if is_same(token, &self.form_token) {
            Ok(())
        } else {
            Err(ReviewError::Refused { what: "this form was not made by a page of this run of the server" })
        }
    }

    /// Cookies are shared by all ports of a host.
    fn cookie_name(&self) -> String {
        format!("gradus-{}", self.port)
    }

    fn is_own_host(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost"].iter().any(|name| host == format!("{name}:{}", self.port))
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|cookies| cookies.split(';')).any(|cookie| {
            cookie
                .trim()
                .split_once('=')
                .is_some_and(|(name, value)| name == self.cookie_name() && is_same(value, &self.token))
        })
    }
}

/// Lets through what may come through.
pub(crate) async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let access = &shared.access;
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let refused = |what| shared.refuse(&ReviewError::Refused { what });
    if !text(HOST).is_some_and(|host| access.is_own_host(host)) {
        return refused("this server answers to 127.0.0.1 and localhost only");
    }
    let own_origin = |origin: &str| origin.strip_prefix("http://").is_some_and(|host| access.is_own_host(host));
    if request.method() != Method::GET && !text(ORIGIN).is_none_or(own_origin) {
        return refused("another site's page sent this");
    }
    let query = request.uri().query().unwrap_or_default();
    let given = query.split('&').find_map(|pair| pair.strip_prefix("token="));
    if request.uri().path() == "/" && given.is_some_and(|given| is_same(given, &access.token)) {
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", access.cookie_name(), access.token);
        return ([(SET_COOKIE, cookie)], Redirect::to("/")).into_response();
    }
    if !access.has_cookie(headers) {
        return refused("this browser has no key to this server");
    }
    next.run(request).await
}

/// Takes equally long wherever they differ.
fn is_same(one: &str, other: &str) -> bool {
    let difference = one.bytes().zip(other.bytes()).fold(0, |difference, (one, other)| difference | (one ^ other));
    one.len() == other.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_is_the_same() {
        assert!(is_same("abc", "abc"));
        for other in ["", "ab", "abcd", "abd", "ABC"] {
            assert!(!is_same("abc", other), "{other}");
        }
    }

    #[test]
    fn two_runs_have_nothing_in_common() {
        let (one, other) = (Access::new(1), Access::new(1));
        assert_ne!(one.address(), other.address());
        assert!(other.check_form(one.form_token()).is_err());
        assert!(one.check_form(&one.token).is_err(), "the address alone sends no form");
    }
}
