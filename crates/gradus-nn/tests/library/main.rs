//! The library's tests, in one program: its generic code is compiled for them once.

#[cfg(feature = "default")]
#[expect(dead_code, reason = "an example's main is not called here")]
#[path = "../../examples/conformance/main.rs"]
mod conformance_program;
mod support;

mod activations;
#[cfg(feature = "two_layer_net")]
mod affine;
#[cfg(feature = "attention")]
mod attention;
mod augment;
#[cfg(feature = "default")]
mod captioning;
#[cfg(feature = "default")]
mod conformance;
#[cfg(feature = "default")]
mod conformance_sequence;
#[cfg(feature = "conv")]
mod conv;
mod data_readers;
#[cfg(feature = "dropout")]
mod dropout;
#[cfg(feature = "fashion-mnist")]
mod embedded_data;
#[cfg(feature = "features")]
mod features;
#[cfg(feature = "knn")]
mod knn;
mod losses;
mod metrics;
#[cfg(feature = "default")]
mod networks;
#[cfg(all(feature = "batchnorm", feature = "conv"))]
mod norms;
#[cfg(all(feature = "batchnorm", feature = "conv"))]
mod norms_cs231n;
#[cfg(all(feature = "fully_connected", feature = "softmax"))]
mod optimisers;
#[cfg(feature = "pictures")]
mod pictures;
#[cfg(feature = "conv")]
mod pool;
#[cfg(feature = "default")]
mod precision;
#[cfg(feature = "rnn")]
mod rnn;
mod shape_faults;
#[cfg(any(feature = "rnn", feature = "attention"))]
mod shape_faults_sequence;
#[cfg(feature = "default")]
mod small_facts;
#[cfg(feature = "softmax")]
mod softmax;
#[cfg(feature = "default")]
mod solver;
#[cfg(feature = "svm")]
mod svm;
#[cfg(feature = "rnn")]
mod temporal;
#[cfg(feature = "attention")]
mod transformer;
#[cfg(feature = "conv")]
mod upsample;
#[cfg(feature = "conv")]
mod vision_recorded;
#[cfg(feature = "default")]
mod vision_transformer;
