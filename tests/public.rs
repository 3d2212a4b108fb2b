//! What students get holds nothing of the staff's: not the program, not the library, not a notebook.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradus_toolchain::{StudentLibrary, Toolchain};
use serde_json::Value;

use crate::support::{gradus, repository};

const CANARY: &[u8] = b"GRADUS-STAFF-ONLY-7c1f4e";

#[test]
fn the_students_program_does_not_contain_the_grader() {
    let tree = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(["tree", "--package", "gradus", "--edges", "normal", "--locked", "--offline"])
            .args(arguments)
            .current_dir(repository())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(tree(&[]).contains("gradus-grader"), "the staff's program contains it");
    assert!(!tree(&["--no-default-features"]).contains("gradus-grader"));
}

#[test]
fn no_public_file_and_no_library_of_the_students_carries_the_canary() {
    let library = Path::new(Toolchain::find().expect("the library is built").library()).to_owned();
    let mut searched = 0;
    for folder in [repository().join("assignments"), repository().join("notebooks"), library] {
        for path in files_below(&folder) {
            let bytes = fs::read(&path).expect("the file can be read");
            assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY), "the canary is in {}", path.display());
            searched += 1;
        }
    }
    assert!(searched > 30, "only {searched} files were searched");
}

/// Ways to get at the answers of an assignment that the workspace has, and its students' library must not have.
const WAYS: [(&str, &str, &[&str]); 11] = [
    (
        "softmax",
        "softmax_loss",
        &[
            "gradus_nn::softmax_loss(x, y)",
            "gradus_nn::softmax::softmax_loss(x, y)",
            "gradus_nn::linear::softmax_classifier_loss(x, x, y, 0.0)",
            "gradus_grader::key(\"softmax\"); todo!()",
            "gradus_worker::assignments::softmax::reference(x, y)",
            "gradus_assignments::softmax::reference::softmax_loss(x, y)",
            "gradus_judge::reference(x, y)",
            "gradus_question::reference(x, y)",
        ],
    ),
    (
        "svm",
        "svm_loss",
        &[
            "gradus_nn::svm_loss(x, y, 1.0)",
            "gradus_nn::svm::svm_loss(x, y, 1.0)",
            "gradus_nn::linear::svm_classifier_loss(x, x, y, 1.0, 0.0)",
            "gradus_nn::linear::svm_classifier_loss_naive(x, x, y, 1.0, 0.0)",
            // One of its questions is in the library of another topic.
            "(0.0, gradus_nn::linear::predict(x, x).mapv(|class| class as f64).insert_axis(ndarray::Axis(1)))",
            "gradus_grader::key(\"svm\"); todo!()",
            "gradus_assignments::svm::reference::svm_loss(x, y)",
        ],
    ),
    (
        "knn",
        "predict_labels",
        &[
            "(0.0, gradus_nn::knn::compute_distances_two_loops(x, x))",
            "(0.0, gradus_nn::knn::compute_distances_one_loop(x, x))",
            "(0.0, gradus_nn::knn::compute_distances_no_loops(x, x))",
            "gradus_nn::knn::predict_labels(x, y, 1); todo!()",
            "gradus_nn::linear::predict(x, x); todo!()",
            "gradus_grader::key(\"knn\"); todo!()",
            "gradus_assignments::knn::reference::predict_labels(x, y, 1)",
        ],
    ),
    (
        "two_layer_net",
        "relu_forward",
        &[
            "gradus_nn::activations::relu_forward(x)",
            "gradus_nn::activations::relu_backward(x, x)",
            "gradus_nn::activations::leaky_relu_forward(x, 0.0)",
            "gradus_nn::affine::affine_forward(x, x, y)",
            "gradus_nn::affine::affine_relu_forward(x, x, y)",
            "gradus_nn::affine::affine_relu_backward(x, x)",
            "gradus_nn::networks::TwoLayerNet::loss(x, x, y)",
            "gradus_nn::networks::FullyConnectedNet::loss(x, x, y)",
            "gradus_nn::solver::Solver::new(x, y)",
            "gradus_grader::key(\"two_layer_net\"); todo!()",
            "gradus_assignments::two_layer_net::reference::relu_forward(x)",
        ],
    ),
    (
        "features",
        "rgb2gray",
        &[
            "(0.0, gradus_nn::features::grayscale(x))",
            "gradus_nn::augment::grayscale(x); todo!()",
            "gradus_nn::features::hog_feature(x, 8); todo!()",
            "gradus_nn::features::color_histogram_hsv(x, 9); todo!()",
            "gradus_nn::features::hue(x); todo!()",
            "gradus_nn::features::extract_features(x, x, x); todo!()",
            "gradus_grader::key(\"features\"); todo!()",
            "gradus_assignments::features::reference::rgb2gray(x)",
        ],
    ),
    (
        "fully_connected",
        "fully_connected_loss",
        &[
            "gradus_nn::networks::FullyConnectedNet::loss(x, x, y)",
            "gradus_nn::networks::FullyConnectedSettings::default(); todo!()",
            "gradus_nn::networks::ThreeLayerConvNet::loss(x, x, y)",
            "gradus_nn::optimisers::Sgd::new(1.0); todo!()",
            "gradus_nn::optimisers::Momentum::new(1.0, 0.9); todo!()",
            "gradus_nn::optimisers::RmsProp::new(1.0); todo!()",
            "gradus_nn::optimisers::Adam::new(1.0); todo!()",
            "gradus_nn::solver::Solver::new(x, y)",
            "gradus_grader::key(\"fully_connected\"); todo!()",
            "gradus_assignments::fully_connected::reference::adam(x)",
        ],
    ),
    (
        "batchnorm",
        "batchnorm_forward",
        &[
            "gradus_nn::norms::batchnorm_forward(x, x, y, x)",
            "gradus_nn::norms::batchnorm_backward(x, x)",
            "gradus_nn::norms::batchnorm_backward_alt(x, x)",
            "gradus_nn::norms::layernorm_forward(x, x, y, 1e-5)",
            "gradus_nn::norms::layernorm_backward(x, x)",
            "gradus_nn::norms::spatial_groupnorm_forward(x, x, y, 1, 1e-5)",
            "gradus_nn::norms::BatchnormParam::<f64>::new(3); todo!()",
            "gradus_nn::networks::FullyConnectedNet::loss(x, x, y)",
            "gradus_nn::networks::Normalisation::Batch; todo!()",
            "gradus_grader::key(\"batchnorm\"); todo!()",
            "gradus_assignments::batchnorm::reference::batchnorm_forward(x, y)",
        ],
    ),
    (
        "dropout",
        "dropout_forward",
        &[
            "gradus_nn::dropout::dropout_forward(x, 0.5, y, y)",
            "gradus_nn::dropout::dropout_backward(x, y); todo!()",
            "gradus_nn::dropout_forward(x, 0.5, y, y)",
            "gradus_nn::networks::FullyConnectedNet::loss(x, x, y)",
            "gradus_nn::networks::FullyConnectedSettings::default(); todo!()",
            "gradus_nn::transformer::encoder_block_forward(x, y); todo!()",
            "gradus_grader::key(\"dropout\"); todo!()",
            "gradus_assignments::dropout::reference::max_norm(x, 1.0)",
        ],
    ),
    (
        "conv",
        "three_layer_convnet_loss",
        &[
            "gradus_nn::networks::ThreeLayerConvNet::loss(x, x, y)",
            "gradus_nn::networks::ThreeLayerConvSettings::default(); todo!()",
            "gradus_nn::conv::conv_forward_naive(x, x, y, 1); todo!()",
            "gradus_nn::conv::conv_backward_naive(x, y); todo!()",
            "gradus_nn::conv::conv_forward(x, x, y, 1); todo!()",
            "gradus_nn::conv::conv_transpose_forward(x, x, y, 1); todo!()",
            "gradus_nn::pool::max_pool_forward_naive(x, 1); todo!()",
            "gradus_nn::pool::max_pool_backward(x, y); todo!()",
            "gradus_nn::patches::patch_embedding_forward(x, x); todo!()",
            // Batch and layer norm of rows are there, those for images are not.
            "gradus_nn::norms::spatial_batchnorm_forward(x, y, y, y); todo!()",
            "gradus_nn::norms::spatial_batchnorm_backward(x, y); todo!()",
            "gradus_nn::norms::spatial_groupnorm_forward(x, y, y, 1, 0.0); todo!()",
            "gradus_nn::norms::spatial_groupnorm_backward(x, y); todo!()",
            "gradus_nn::norms::instancenorm_forward(x, y, y, 0.0); todo!()",
            "gradus_grader::key(\"conv\"); todo!()",
            "gradus_assignments::conv::reference::conv_forward_naive(x, x, y, 1, 0)",
        ],
    ),
    (
        "rnn",
        "rnn_step_forward",
        &[
            "gradus_nn::networks::CaptioningRnn::<f64>::new(x, y); todo!()",
            "gradus_nn::networks::CaptioningRnnSettings::default(); todo!()",
            "gradus_nn::networks::RecurrentCell::Lstm; todo!()",
            "gradus_nn::networks::SpecialWords::default(); todo!()",
            "gradus_nn::networks::CaptioningTransformerSettings::default(); todo!()",
            "gradus_nn::rnn::rnn_step_forward(x, x, y, y, y); todo!()",
            "gradus_nn::rnn::rnn_backward(x, y); todo!()",
            "gradus_nn::lstm::lstm_forward(x, x, y, y, y); todo!()",
            "gradus_nn::lstm::lstm_step_backward(x, x, y); todo!()",
            "gradus_nn::gru::gru_forward(x, x, y, y, y); todo!()",
            "gradus_nn::embedding::word_embedding_backward(x, y); todo!()",
            "gradus_nn::temporal::temporal_softmax_loss(x, y, y); todo!()",
            "gradus_nn::temporal::temporal_affine_forward(x, y, y); todo!()",
            "gradus_nn::recurrent::Cell; todo!()",
            "gradus_nn::steps::each_step(x, y, y); todo!()",
            "gradus_nn::transformer::decoder_block_forward(x, y); todo!()",
            "gradus_nn::attention::multi_head_attention_forward(x, y); todo!()",
            "gradus_grader::key(\"rnn\"); todo!()",
            "gradus_assignments::rnn::reference::captioning_loss(x, x, y)",
        ],
    ),
    (
        "attention",
        "scaled_dot_product_attention_forward",
        &[
            "gradus_nn::attention::positional_encoding(x, y)",
            "gradus_nn::attention::scaled_dot_product_attention_forward(x, x, x, y); todo!()",
            "gradus_nn::attention::multi_head_attention_forward(x, x, x, y, 1, y); todo!()",
            "gradus_nn::attention::AttentionParameters::<f64>::random(4, y); todo!()",
            "gradus_nn::transformer::encoder_block_forward(x, y, y, y); todo!()",
            "gradus_nn::transformer::decoder_block_backward(x, y); todo!()",
            "gradus_nn::transformer::feed_forward_forward(x, y, y); todo!()",
            "gradus_nn::patches::image_to_patches(x, 1); todo!()",
            "gradus_nn::patches::patch_embedding_forward(x, y, y, 1); todo!()",
            "gradus_nn::networks::CaptioningTransformer::<f64>::new(x, y); todo!()",
            "gradus_nn::networks::VisionTransformer::<f64>::new(x, y); todo!()",
            "gradus_grader::key(\"attention\"); todo!()",
            "gradus_assignments::attention::reference::positional_encoding(x, y)",
        ],
    ),
];

#[test]
fn an_answer_cannot_reach_the_answers() {
    assert!(gradus_assignments::ASSIGNMENTS.iter().map(|assignment| assignment.id).eq(WAYS.map(|(id, ..)| id)));
    for (id, function, ways) in WAYS {
        cannot_reach(id, function, ways);
    }
}

fn cannot_reach(id: &str, function: &str, ways: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut arguments = vec!["grade".to_owned(), id.to_owned()];
    for (number, way) in ways.iter().enumerate() {
        let path = folder.path().join(format!("way{number}.rs"));
        let text = format!(
            "use ndarray::{{Array1, Array2}};\n\
             pub fn {function}(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {{ {way} }}\n"
        );
        fs::write(&path, text).expect("a file");
        arguments.push(path.display().to_string());
    }
    let out = folder.path().join("out");
    arguments.extend(["--out".to_owned(), out.display().to_string()]);
    let run = gradus(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for (number, way) in ways.iter().enumerate() {
        let text = fs::read_to_string(out.join(format!("way{number}/results.json"))).expect("a report");
        let report: Value = serde_json::from_str(&text).expect("results.json is JSON");
        assert_eq!(report["score"], 0, "{way}");
        // The compiler does not know the path: no other error would prove anything.
        assert!(text.contains("E0432") || text.contains("E0433") || text.contains("E0425"), "{way}: {text}");
    }
}

/// A crate of each assignment's students, compiled as the judge compiles it, calls what the teaching library has of
/// that assignment's functions, wherever it has them: the compiler refuses it each time.
#[test]
fn no_assignments_students_can_call_its_answers() {
    let toolchain = Toolchain::find().expect("the library is built");
    let library = repository().join("crates/gradus-nn/src");
    let sources: Vec<(PathBuf, String)> = files_below(&library)
        .into_iter()
        .map(|path| (path.strip_prefix(&library).expect("below").to_owned(), fs::read_to_string(&path).expect("text")))
        .collect();
    for assignment in gradus_assignments::ASSIGNMENTS {
        let student = toolchain.student_library(assignment.id).expect("a library of its students");
        let compile = |text: &str| compile(&toolchain, &student, text);
        assert_eq!(
            compile("pub fn f(x: &ndarray::Array1<f64>) -> f64 { gradus_check::relative_error_scalar(x[0], 1.0) }"),
            ""
        );
        assert_eq!(compile("pub use gradus_nn::metrics::accuracy;"), "", "what they may use is there");
        let mut tried = 0;
        for function in assignment.functions {
            for (path, text) in &sources {
                if !text.contains(&format!("pub fn {}<", function.name))
                    && !text.contains(&format!("pub fn {}(", function.name))
                {
                    continue;
                }
                for module in modules(path) {
                    let way = format!("{module}::{}", function.name);
                    let signature = function.signature();
                    let names = function.arguments.join(", ");
                    let refusal = compile(&format!(
                        "use ndarray::*;\nuse gradus_assignments::{}::*;\n{signature} {{ {way}({names}) }}",
                        assignment.id
                    ));
                    // Unknown; or another function of that name, which does not take the arguments.
                    let refused = ["E0432", "E0433", "E0425", "E0061", "E0277", "E0308"]
                        .iter()
                        .any(|code| refusal.contains(code));
                    assert!(refused, "{}: {way} answers the question: {refusal}", assignment.id);
                    tried += 1;
                }
            }
        }
        assert!(
            tried > 0,
            "the teaching library has nothing of `{}`: is the test looking at the right place?",
            assignment.id
        );
    }
}

/// The modules that a function of this source may be named in: its own and all above it.
fn modules(source: &Path) -> Vec<String> {
    let stem = source.with_extension("");
    let names = stem.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let mut found = vec!["gradus_nn".to_owned()];
    for name in names.filter(|name| name != "mod" && name != "lib") {
        found.push(format!("{}::{name}", found.last().expect("the crate")));
    }
    found
}

/// What rustc says about a student's crate.
fn compile(toolchain: &Toolchain, library: &StudentLibrary, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("student.rs");
    fs::write(&source, text).expect("a file");
    let mut rustc = Command::new(toolchain.rustc());
    rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"]).arg(folder.path());
    rustc.arg("-L").arg(format!("dependency={}", library.directory.display()));
    for (name, file) in &library.externs {
        rustc.arg("--extern").arg(format!("{name}={}", file.display()));
    }
    let output = rustc.arg(source).output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.success(), text.is_empty(), "{text}");
    text
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
