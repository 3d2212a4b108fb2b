//! From messages on IOPub to the outputs of cells, as the notebook format has them.
//!
//! Text stays one string here; `gradus_notebook` writes it into the file line by line.

use std::collections::BTreeMap;

use gradus_notebook::Cell;
use serde_json::{Value, json};

/// What has to be known of earlier messages to understand the next.
#[derive(Debug, Default)]
pub struct Outputs {
    /// Where each display is shown: cells and places in their outputs.
    displays: BTreeMap<String, Vec<(usize, usize)>>,
    /// The next output of the running cell takes the place of those before it.
    clear_before_next: bool,
}

impl Outputs {
    /// A cell begins to run.
    pub fn begin(&mut self) {
        self.clear_before_next = false;
    }

    /// Does what a message of the running cell asks for.
    pub fn take(&mut self, cells: &mut [Cell], running: usize, kind: &str, content: &Value) {
        if let Some(count) = content["execution_count"].as_u64() {
            cells[running].execution_count = Some(Some(count));
        }
        if let Some(id) = display_id(kind, content) {
            self.update(cells, id, content);
        }
        match kind {
            "clear_output" if content["wait"] == true => self.clear_before_next = true,
            "clear_output" => self.clear(cells, running),
            _ => {
                if let Some(output) = output(kind, content) {
                    self.add(cells, running, output, display_id(kind, content));
                }
            }
        }
    }

    fn add(&mut self, cells: &mut [Cell], running: usize, output: Value, display_id: Option<&str>) {
        if std::mem::take(&mut self.clear_before_next) {
            self.clear(cells, running);
        }
        let outputs = cells[running].outputs.get_or_insert_default();
        if let Some(last) = outputs.last_mut()
            && output["output_type"] == "stream"
            && last["output_type"] == "stream"
            && last["name"] == output["name"]
            && let (Value::String(text), Some(more)) = (&mut last["text"], output["text"].as_str())
        {
            text.push_str(more);
            return;
        }
        if let Some(id) = display_id {
            self.displays.entry(id.to_owned()).or_default().push((running, outputs.len()));
        }
        outputs.push(output);
    }

    /// Shows a display anew wherever it is shown, also in cells before this one.
    fn update(&self, cells: &mut [Cell], id: &str, content: &Value) {
        for &(cell, place) in self.displays.get(id).into_iter().flatten() {
            if let Some(output) = cells[cell].outputs.as_mut().and_then(|outputs| outputs.get_mut(place)) {
                output["data"] = object(&content["data"]);
                output["metadata"] = object(&content["metadata"]);
            }
        }
    }

    fn clear(&mut self, cells: &mut [Cell], running: usize) {
        cells[running].outputs.get_or_insert_default().clear();
        for places in self.displays.values_mut() {
            places.retain(|(cell, _)| *cell != running);
        }
    }
}

/// The name under which something is shown, where a message has one.
fn display_id<'a>(kind: &str, content: &'a Value) -> Option<&'a str> {
    let shows = matches!(kind, "display_data" | "update_display_data" | "execute_result");
    content["transient"]["display_id"].as_str().filter(|id| shows && !id.is_empty())
}

/// The output that a message is; `None` for messages that are none.
fn output(kind: &str, content: &Value) -> Option<Value> {
    let data = || object(&content["data"]);
    let metadata = || object(&content["metadata"]);
    let text = |field: &str| content[field].as_str().unwrap_or_default();
    Some(match kind {
        "stream" => json!({"output_type": kind, "name": text("name"), "text": text("text")}),
        "display_data" => json!({"output_type": kind, "data": data(), "metadata": metadata()}),
        "execute_result" => {
            let count = &content["execution_count"];
            json!({"output_type": kind, "data": data(), "metadata": metadata(), "execution_count": count})
        }
        "error" => {
            let traceback = content["traceback"].as_array().cloned().unwrap_or_default();
            json!({"output_type": kind, "ename": text("ename"), "evalue": text("evalue"), "traceback": traceback})
        }
        _ => return None,
    })
}

fn object(value: &Value) -> Value {
    if value.is_object() { value.clone() } else { json!({}) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Cells with outputs as short texts: `out:`, `err:` a stream's text, `show:` what a display shows.
    struct Run {
        cells: Vec<Cell>,
        outputs: Outputs,
    }

    impl Run {
        fn new() -> Self {
            let cells = ["a", "b"].map(|id| Cell::code(id, "")).into();
            Self { cells, outputs: Outputs::default() }
        }

        fn take(&mut self, cell: usize, kind: &str, content: Value) {
            self.outputs.take(&mut self.cells, cell, kind, &content);
        }

        fn print(&mut self, cell: usize, name: &str, text: &str) {
            self.take(cell, "stream", json!({"name": name, "text": text}));
        }

        fn show(&mut self, cell: usize, kind: &str, id: &str, text: &str) {
            let data = json!({"text/plain": text});
            self.take(cell, kind, json!({"data": data, "metadata": {}, "transient": {"display_id": id}}));
        }

        fn shown(&self, cell: usize) -> Vec<String> {
            let outputs = self.cells[cell].outputs.iter().flatten();
            outputs
                .map(|output| match output["output_type"].as_str() {
                    Some("stream") => format!("{}:{}", &output["name"].as_str().expect("a name")[3..], text(output)),
                    Some("error") => format!("error:{}", output["ename"].as_str().expect("a name")),
                    _ => format!("show:{}", output["data"]["text/plain"].as_str().expect("a text")),
                })
                .collect()
        }
    }

    fn text(output: &Value) -> &str {
        output["text"].as_str().expect("a text")
    }

    #[test]
    fn text_of_one_stream_is_one_output_until_something_comes_between() {
        let mut run = Run::new();
        run.print(0, "stdout", "a");
        run.print(0, "stdout", "b\n");
        run.print(0, "stderr", "c");
        run.print(0, "stdout", "d");
        run.show(0, "display_data", "", "e");
        run.print(0, "stdout", "f");
        assert_eq!(run.shown(0), ["out:ab\n", "err:c", "out:d", "show:e", "out:f"]);
    }

    #[test]
    fn a_display_is_updated_everywhere_and_by_whatever_shows_it_again() {
        let mut run = Run::new();
        run.show(0, "display_data", "x", "1");
        run.show(0, "update_display_data", "unknown", "no");
        run.show(1, "display_data", "x", "2");
        assert_eq!((run.shown(0), run.shown(1)), (vec!["show:2".to_owned()], vec!["show:2".to_owned()]));
        run.show(1, "update_display_data", "x", "3");
        assert_eq!((run.shown(0), run.shown(1)), (vec!["show:3".to_owned()], vec!["show:3".to_owned()]));
        let keys: Vec<_> = run.cells[0].outputs.as_ref().expect("outputs")[0]
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        assert!(!keys.contains(&"transient".to_owned()), "what is transient is not written: {keys:?}");
    }

    #[test]
    fn outputs_are_cleared_at_once_or_when_the_next_comes() {
        let mut run = Run::new();
        run.show(0, "display_data", "x", "1");
        run.take(0, "clear_output", json!({"wait": true}));
        assert_eq!(run.shown(0), ["show:1"]);
        run.print(0, "stdout", "2");
        assert_eq!(run.shown(0), ["out:2"]);
        // The place is another's now.
        run.show(0, "update_display_data", "x", "no");
        assert_eq!(run.shown(0), ["out:2"]);
        run.take(0, "clear_output", json!({"wait": false}));
        assert!(run.shown(0).is_empty());
        // A cell that ends before the next output keeps what it has, and the next cell begins afresh.
        run.print(0, "stdout", "kept");
        run.take(0, "clear_output", json!({"wait": true}));
        run.outputs.begin();
        run.print(1, "stdout", "own");
        run.print(1, "stdout", "!");
        assert_eq!((run.shown(0), run.shown(1)), (vec!["out:kept".to_owned()], vec!["out:own!".to_owned()]));
    }

    #[test]
    fn errors_and_results_are_as_the_format_has_them() {
        let mut run = Run::new();
        run.take(0, "execute_input", json!({"execution_count": 7, "code": "1"}));
        run.take(0, "execute_result", json!({"execution_count": 7, "data": {"text/plain": "1"}, "metadata": {}}));
        run.take(0, "error", json!({"ename": "E", "evalue": "v", "traceback": ["t"], "more": 1}));
        run.take(0, "comm_open", json!({"data": {}}));
        assert_eq!(run.cells[0].execution_count, Some(Some(7)));
        assert_eq!(
            run.cells[0].outputs,
            Some(vec![
                json!({"output_type": "execute_result", "execution_count": 7, "data": {"text/plain": "1"}, "metadata": {}}),
                json!({"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}),
            ])
        );
    }

    proptest! {
        /// However a kernel cuts its text, the outputs are the same, and nothing of it is lost.
        #[test]
        fn the_outputs_do_not_depend_on_how_text_is_cut(pieces in prop::collection::vec((any::<bool>(), "[a-zé\n]{0,6}"), 0..20)) {
            let name = |first: bool| if first { "stdout" } else { "stderr" };
            let (mut whole, mut cut) = (Run::new(), Run::new());
            for (first, text) in &pieces {
                whole.print(0, name(*first), text);
                for character in text.chars() {
                    cut.print(0, name(*first), &character.to_string());
                }
            }
            let said = |run: &Run| run.shown(0).into_iter().filter(|shown| shown.len() > 4).collect::<Vec<_>>();
            for stream in [true, false] {
                let sent: String = pieces.iter().filter(|(first, _)| *first == stream).map(|(_, text)| text.as_str()).collect();
                let outputs = cut.cells[0].outputs.iter().flatten();
                let got: String = outputs.filter(|output| output["name"] == name(stream)).map(text).collect();
                prop_assert_eq!(sent, got);
            }
            if pieces.iter().all(|(_, text)| !text.is_empty()) {
                prop_assert_eq!(said(&whole), said(&cut));
            }
        }
    }
}
