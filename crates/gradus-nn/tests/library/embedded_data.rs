//! The embedded data sets: whole, balanced, and the same after unpacking.

use std::fs;

use gradus_nn::data::fashion_mnist::{CLASS_NAMES, load};
use gradus_nn::data::idx::read_labelled_files;
use gradus_nn::data::registry::{RegistryError, data_sets, find};

#[test]
fn every_class_has_the_same_number_of_images() {
    let data = load();
    for (part, of_each) in [(&data.train, 600), (&data.test, 100)] {
        assert_eq!(part.images.dim(), (10 * of_each, 28, 28));
        for (class, name) in CLASS_NAMES.iter().enumerate() {
            assert_eq!(part.labels.iter().filter(|&&label| label == class).count(), of_each, "{name}");
        }
    }
    // The first labels of the full set, as its own viewer shows them.
    assert_eq!(data.train.labels.to_vec()[..8], [9, 0, 0, 3, 0, 2, 7, 2]);
    assert_eq!(data.test.labels.to_vec()[..8], [9, 2, 1, 1, 6, 1, 4, 6]);
    // Clothes fill the middle and not the corners; an image shifted or cut would not.
    let mean = data.train.rows::<f64>().mean_axis(ndarray::Axis(0)).expect("there are images");
    assert!(mean[0] < 1.0 && mean[783] < 1.0 && mean[14 * 28 + 14] > 100.0);
}

#[test]
fn the_registry_knows_what_is_there() {
    let data_set = find("fashion-mnist").expect("it is embedded");
    assert_eq!((data_set.train, data_set.test, data_set.licence), (6000, 1000, "MIT"));
    assert_eq!(data_sets().len(), 1);
    data_set.verify().expect("the embedded bytes are intact");
    let error = find("mnist").expect_err("it is not embedded").to_string();
    assert_eq!(error, "there is no data set \"mnist\". Hint: there is fashion-mnist.");
}

#[test]
fn unpacked_files_are_the_same_and_nothing_is_overwritten() {
    let data_set = find("fashion-mnist").expect("it is embedded");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path().join("new").join("fashion-mnist");
    data_set.unpack(&folder).expect("an empty folder");
    data_set.verify_folder(&folder).expect("just unpacked");
    data_set.unpack(&folder).expect("the same files are there");
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), data_set.files.len(), "nothing unfinished is left");

    let path = |name: &str| folder.join(name);
    let images = read_labelled_files(path("t10k-images-idx3-ubyte.gz"), path("t10k-labels-idx1-ubyte.gz"), 10);
    assert_eq!(images.expect("whole files"), load().test);
    assert!(fs::read_to_string(path("LICENCE")).expect("text").starts_with("The MIT License"));

    let changed = path("t10k-labels-idx1-ubyte.gz");
    fs::write(&changed, b"mine").expect("written");
    let error = data_set.verify_folder(&folder).expect_err("a file was changed");
    assert!(
        matches!(&error, RegistryError::Checksum { file, .. } if *file == changed.display().to_string()),
        "{error}"
    );
    let error = data_set.unpack(&folder).expect_err("the changed file is in the way");
    assert!(matches!(&error, RegistryError::Occupied { file } if *file == changed), "{error}");
    assert_eq!(fs::read(&changed).expect("still there"), b"mine");

    fs::remove_file(&changed).expect("removed");
    let error = data_set.verify_folder(&folder).expect_err("a file is missing");
    assert!(matches!(&error, RegistryError::Io { action: "read", .. }), "{error}");
    data_set.unpack(&folder).expect("the missing file comes back");
    data_set.verify_folder(&folder).expect("whole again");
}
