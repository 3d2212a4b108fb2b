//! What all the HTML has in common.

/// Colours of the page around, with what they are outside JupyterLab.
pub(crate) const PALE: &str = "color:var(--jp-content-font-color2,inherit);opacity:.75";
/// A line between cells that is seen on dark and on light paper.
pub(crate) const LINE: &str = "1px solid rgba(128,128,128,.35)";
/// Passed.
pub(crate) const GREEN: &str = "#2e9e5b";
/// Failed.
pub(crate) const RED: &str = "#d9534f";
/// Progress and curves.
pub(crate) const BLUE: &str = "#3b8ede";

/// Text that means nothing to HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
