//! A student's crate gets the library without the topic that is to be learned: none of its answers may be there, whatever
//! other topics are. And the library builds with each topic alone.
#![cfg(feature = "default")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a student of the topic is to write, or what contains it.
const ANSWERS: [(&str, &[&str]); 11] = [
    (
        "softmax",
        &[
            "softmax::softmax_loss",
            "softmax::softmax",
            "linear::softmax_classifier_loss",
            "linear::softmax_classifier_loss_naive",
            "linear::train_softmax",
            "linear::predict",
            "networks::TwoLayerNet",
        ],
    ),
    ("svm", &["svm::svm_loss", "linear::svm_classifier_loss", "linear::svm_classifier_loss_naive"]),
    ("knn", &["knn::compute_distances_no_loops", "knn::predict_labels"]),
    (
        "two_layer_net",
        &[
            "affine::affine_forward",
            "affine::affine_relu_backward",
            "activations::relu_forward",
            "activations::relu_backward",
            "activations::leaky_relu_forward",
            "networks::TwoLayerNet",
        ],
    ),
    (
        "features",
        &["features::hog_feature", "features::color_histogram_hsv", "features::grayscale", "augment::grayscale"],
    ),
    ("fully_connected", &["optimisers::Adam", "solver::Solver", "networks::FullyConnectedNet"]),
    (
        "batchnorm",
        &[
            "norms::batchnorm_forward",
            "norms::layernorm_forward",
            "norms::layernorm_backward",
            "norms::spatial_groupnorm_forward",
            "networks::FullyConnectedNet",
        ],
    ),
    ("dropout", &["dropout::dropout_forward", "networks::FullyConnectedNet"]),
    (
        "conv",
        &[
            "conv::conv_forward",
            "pool::max_pool_forward",
            "norms::spatial_batchnorm_forward",
            "norms::spatial_groupnorm_forward",
            "norms::instancenorm_forward",
            "networks::ThreeLayerConvNet",
        ],
    ),
    (
        "rnn",
        &[
            "rnn::rnn_forward",
            "lstm::lstm_forward",
            "embedding::word_embedding_forward",
            "temporal::temporal_softmax_loss",
            "networks::CaptioningRnn",
        ],
    ),
    (
        "attention",
        &[
            "attention::multi_head_attention_forward",
            "transformer::encoder_block_forward",
            "patches::patch_embedding_forward",
            "networks::CaptioningTransformer",
            "networks::VisionTransformer",
        ],
    ),
];

#[test]
fn the_list_of_topics_is_complete() {
    let manifest = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("a manifest");
    let features = manifest.split("[features]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("features");
    let names = features.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let found: BTreeSet<&str> = names.filter(|name| !["default", "pictures", "fashion-mnist"].contains(name)).collect();
    assert_eq!(found, ANSWERS.map(|(topic, _)| topic).into());
}

#[test]
fn all_answers_are_there_with_all_topics() {
    let all = ANSWERS.map(|(topic, _)| topic);
    let answers = ANSWERS.iter().flat_map(|(_, answers)| *answers).collect::<BTreeSet<_>>();
    let code: String =
        answers.iter().enumerate().map(|(i, path)| format!("pub use gradus_nn::{path} as a{i};\n")).collect();
    assert_eq!(unresolved(&StudentsCrate::new("all", &all, &code)), Vec::<usize>::new());
}

#[test]
fn no_answer_is_there_without_its_topic() {
    for (topic, answers) in ANSWERS {
        let others: Vec<&str> = ANSWERS.iter().map(|(topic, _)| *topic).filter(|other| *other != topic).collect();
        // On each line an answer, of which the compiler must find none.
        let code: String =
            answers.iter().enumerate().map(|(i, path)| format!("fn f{i}() {{ gradus_nn::{path}; }}\n")).collect();
        let missing = unresolved(&StudentsCrate::new(&format!("without-{topic}"), &others, &code));
        let expected: Vec<usize> = (1..=answers.len()).collect();
        assert_eq!(missing, expected, "lines with an answer of {topic} that is not there, of {answers:?}");
    }
}

#[test]
#[ignore = "eleven builds of the library: cargo test -p gradus-nn --test topics -- --ignored"]
fn each_topic_builds_alone() {
    for (topic, _) in ANSWERS {
        assert_eq!(unresolved(&StudentsCrate::new(&format!("only-{topic}"), &[topic], "")), Vec::<usize>::new());
    }
}

/// A small crate beside the library.
struct StudentsCrate(PathBuf);

impl StudentsCrate {
    fn new(name: &str, topics: &[&str], code: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("topics").join(name);
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let library = env!("CARGO_MANIFEST_DIR");
        let manifest = format!(
            "[package]\nname = \"student\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
             [dependencies]\ngradus-nn = {{ path = {library:?}, default-features = false, features = {topics:?} }}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
        fs::write(folder.join("src/lib.rs"), code).expect("code");
        let lock = Path::new(library).join("../../Cargo.lock");
        fs::copy(lock, folder.join("Cargo.lock")).expect("the versions of the workspace");
        StudentsCrate(folder)
    }
}

/// The lines of `src/lib.rs` with a name that is not there. Any other fault fails.
fn unresolved(student: &StudentsCrate) -> Vec<usize> {
    const NOT_THERE: [&str; 3] = ["E0425", "E0433", "E0603"]; // no such item, no such module, or a private one
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--quiet", "--message-format=json"])
        .current_dir(&student.0)
        .env("CARGO_TARGET_DIR", student.0.with_file_name("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo");
    let mut lines = BTreeSet::new();
    let mut others = Vec::new();
    for message in String::from_utf8_lossy(&output.stdout).lines() {
        let message: Value = serde_json::from_str(message).expect("JSON");
        let fault = &message["message"];
        let Some(code) = fault["code"]["code"].as_str().filter(|_| fault["level"] == "error") else { continue };
        // Another span may show a similar name in the library.
        let primary = fault["spans"].as_array().into_iter().flatten().find(|span| span["is_primary"] == true);
        match primary.and_then(|span| span["line_start"].as_u64()) {
            Some(line) if NOT_THERE.contains(&code) => _ = lines.insert(line as usize),
            line => others.push((line.map(|line| line as usize), fault["rendered"].to_string())),
        }
    }
    // What the compiler has to say on a line after it found a private name there does not matter.
    others.retain(|(line, _)| line.is_none_or(|line| !lines.contains(&line)));
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(others.is_empty() && output.status.success() == lines.is_empty(), "{others:?}\n{trouble}");
    lines.into_iter().collect()
}
