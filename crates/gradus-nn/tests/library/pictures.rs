//! Pictures: what they hold, that they are the same every time, that odd data does not break them.
//!
//! Snapshots hold the structure of the SVG (elements and words), not its pixels.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use gradus_nn::metrics::roc_curve;
use gradus_nn::pictures::*;
use gradus_nn::random::{generator, normal};
use ndarray::{Array2, Array4, ArrayD, array};

const LOSS: [f64; 6] = [2.3, 1.9, 1.7, 1.2, 1.3, 0.9];

/// One of each kind.
fn gallery() -> Vec<(&'static str, Picture)> {
    let adam = LOSS.map(|loss| loss * loss / 2.5);
    let rgb = Array4::from_shape_fn((5, 3, 4, 6), |(n, c, i, j)| ((n + c + i + j) % 5) as f64 / 4.0);
    let (scores, truth) = (array![0.9, 0.8, 0.7, 0.3, 0.2], array![true, false, true, false, false]);
    let curve = roc_curve(&scores, &truth);
    let w = normal::<f64, _>((12, 3), 1.0, &mut generator(231));
    let h = normal::<f64, _>((20, 30), 1.0, &mut generator(231));
    let dead = Array2::<f64>::zeros((20, 30));
    let layers = [("layer 1", h.view().into_dyn()), ("layer 2", dead.view().into_dyn())];
    vec![
        ("loss_curves", loss_curves(&[("SGD", &LOSS[..]), ("Adam", &adam)])),
        (
            "accuracy_curves",
            accuracy_curves(&[("training", &[0.3_f32, 0.6, 0.9][..]), ("validation", &[0.3, 0.5, 0.6])]),
        ),
        ("line_chart", line_chart("A <title> & more", "x", "y", &[("", vec![(0.0, 0.0), (1.0, 1.0)])])),
        ("image_grid", image_grid(&rgb, &["a", "b", "c", "d", "e"], 3, Tones::Unit)),
        ("weight_templates", weight_templates(&w, (1, 3, 4), &["cat", "dog", "bird"])),
        ("confusion_matrix", confusion_matrix(&array![[48, 2], [5, 45]], &["cat", "dog"])),
        ("roc_curves", roc_curves(&[("shoe or not", &curve)])),
        ("activation_histograms", activation_histograms(&layers)),
    ]
}

/// How many elements of each kind a document has, then its words in order.
fn outline(svg: &str) -> String {
    let mut elements = BTreeMap::new();
    for tag in svg.split('<').skip(1).filter(|tag| !tag.starts_with('/')) {
        *elements.entry(tag.split([' ', '>']).next().unwrap_or_default()).or_insert(0) += 1;
    }
    let counts: Vec<String> = elements.iter().map(|(element, count)| format!("{element} {count}")).collect();
    let words: Vec<&str> = svg.split("<text").skip(1).filter_map(|text| text.split('\n').nth(1)).collect();
    format!("{}\n{}", counts.join(", "), words.join("\n"))
}

#[test]
fn the_structure_of_each() {
    for (name, picture) in gallery() {
        insta::assert_snapshot!(name, outline(&picture.svg()));
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    for ((name, first), (_, second)) in gallery().into_iter().zip(gallery()) {
        assert_eq!(first.svg(), second.svg(), "{name}");
        assert_eq!(first.png(), second.png(), "{name}");
        assert_eq!(first.png(), first.clone().png(), "{name}: drawn twice");
    }
}

#[test]
fn every_document_is_well_formed_and_of_its_size() {
    for (name, picture) in gallery() {
        let (svg, (width, height)) = (picture.svg(), picture.size());
        assert!(svg.starts_with(&format!("<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 ")), "{name}");
        let (opened, closed) = (svg.matches('<').count() - svg.matches("</").count(), svg.matches("</").count());
        assert_eq!(opened, closed + svg.matches("/>").count(), "{name}: a tag is not closed");
        assert_eq!(svg.matches('<').count(), svg.matches('>').count(), "{name}: text is not escaped");
        assert!(!svg.contains("NaN"), "{name}");
        let png = decoded(&picture);
        assert_eq!((png.width(), png.height()), (2 * width, 2 * height), "{name}");
        assert_eq!(format!("{picture:?}"), format!("Picture({width} x {height})"));
    }
}

fn decoded(picture: &Picture) -> image::RgbImage {
    image::load_from_memory(&picture.png()).expect("a PNG").into_rgb8()
}

/// Colours that the PNG holds, with the number of their pixels.
fn colours(picture: &Picture) -> BTreeMap<[u8; 3], usize> {
    let mut colours = BTreeMap::new();
    for pixel in decoded(picture).pixels() {
        *colours.entry(pixel.0).or_insert(0) += 1;
    }
    colours
}

#[test]
fn images_keep_their_pixels() {
    // Four pixels: black, white, red, and one that is out of range.
    let x = array![[[[0.0, 1.0], [1.0, 2.0]], [[0.0, 1.0], [0.0, -1.0]], [[0.0, 1.0], [0.0, f64::NAN]]]];
    let picture = image_grid(&x, &[], 1, Tones::Unit);
    let png = decoded(&picture);
    let (margin, pixel) = (24, 96); // in PNG pixels: 12 and 48 CSS pixels
    let at = |row: u32, column: u32| png.get_pixel(margin + pixel * column + 1, margin + pixel * row + 1).0;
    assert_eq!([at(0, 0), at(0, 1), at(1, 0), at(1, 1)], [[0, 0, 0], [255, 255, 255], [255, 0, 0], [255, 0, 0]]);
    assert_eq!(colours(&picture)[&[255, 0, 0]], 2 * 96 * 96);

    let svg = picture.svg();
    let data = svg.split("data:image/png;base64,").nth(1).and_then(|rest| rest.split('"').next()).expect("an image");
    assert!(data.len() < 200, "the SVG holds the image at its own resolution");
}

#[test]
fn tones() {
    let x = array![[[[1.0, 3.0]]], [[[5.0, 5.0]]]];
    let row = |tones| {
        let png = decoded(&image_grid(&x, &[], 2, tones));
        // Second row of pixels below the margin; tiles are 96 wide and 4 apart, in CSS pixels.
        [(24, 26), (24 + 96, 26), (24 + 200, 26)].map(|(column, line)| png.get_pixel(column + 1, line).0)
    };
    assert_eq!(row(Tones::OwnRange), [[0; 3], [255; 3], [128; 3]]); // an image of one value is gray
    assert_eq!(row(Tones::SharedRange), [[0; 3], [128; 3], [255; 3]]);
    let signed = image_grid(&array![[[[-2.0, 0.0, 2.0]]]], &[], 1, Tones::Signed);
    let signed = colours(&signed);
    assert!([[5, 60, 120], [250, 250, 250], [140, 60, 0]].iter().all(|colour| signed.contains_key(colour)));
}

#[test]
fn words_are_drawn_in_png_with_the_embedded_font() {
    let named = |name: &str| colours(&loss_curves(&[(name, &LOSS)]));
    let dark = |colours: &BTreeMap<[u8; 3], usize>| -> usize {
        colours.iter().filter(|(colour, _)| colour.iter().all(|&channel| channel < 100)).map(|(_, count)| count).sum()
    };
    let (short, long) = (dark(&named("l")), dark(&named("learning rate: α = 0.01, größer")));
    assert!(long > short + 500, "{long} dark pixels with a long name, {short} with a short one");
}

#[test]
fn odd_data() {
    let pictures = [
        loss_curves(&[("diverged", &[2.3, 50.0, 1e30, f64::INFINITY, f64::NAN])]),
        loss_curves(&[("never finite", &[f64::NAN; 3])]),
        loss_curves::<f64>(&[("empty", &[])]),
        loss_curves(&[("one", &[0.7_f32])]),
        loss_curves(&[("alike", &[0.7; 9])]),
        loss_curves(&[("huge", &[-1e300, 1e300])]),
        loss_curves(&[("tiny", &[1e-300, 3e-300])]),
        loss_curves(&[("nearly alike", &[1.0, 1.0 + 1e-11])]),
        loss_curves(&[("long", &vec![1.0; 300_000])]),
        confusion_matrix(&Array2::zeros((1, 1)), &["only"]),
        confusion_matrix(&Array2::eye(120), &["a class"; 120]),
        confusion_matrix(&Array2::from_elem((3, 3), 1_000_000_000), &["", "b", "a name that is rather long"]),
        roc_curves(&[("no positives", &roc_curve(&array![0.1, 0.2], &array![false, false]))]),
        activation_histograms(&[("dead", ArrayD::<f32>::zeros(vec![4, 4]).view())]),
        activation_histograms(&[("none", ArrayD::<f32>::zeros(vec![0]).view())]),
        activation_histograms(&[("lost", ArrayD::from_elem(vec![3], f64::NAN).view())]),
        image_grid(&Array4::from_elem((1, 1, 1, 1), f64::NAN), &["a caption wider than its image"], 9, Tones::OwnRange),
        image_grid(&Array4::<f32>::zeros((3, 1, 200, 2)), &[], 2, Tones::Signed),
    ];
    for (index, picture) in pictures.iter().enumerate() {
        let svg = picture.svg();
        assert!(svg.len() < 400_000, "picture {index} has {} bytes", svg.len());
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "picture {index}");
        assert!(decoded(picture).pixels().any(|pixel| pixel.0 != [255; 3]), "picture {index} is blank");
    }
    assert!(pictures[12].svg().contains("no positives: AUC undefined"));
    assert!(pictures[13].svg().contains("mean 0, sd 0"));
    assert!(pictures[14].svg().contains("no values"));
    assert!(pictures[15].svg().contains("no value is finite"));
}

#[test]
fn saving() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = loss_curves(&[("SGD", &LOSS)]);
    for (name, content) in [("a.svg", picture.svg().into_bytes()), ("b.PNG", picture.png())] {
        picture.save(folder.path().join(name)).expect("saved");
        assert_eq!(fs::read(folder.path().join(name)).expect("the file"), content);
    }
    let error = picture.save("picture").expect_err("no format");
    assert!(matches!(&error, PictureError::UnknownFormat { path } if path.to_str() == Some("picture")), "{error}");
    let error = picture.save(folder.path().join("missing/a.svg")).expect_err("no folder").to_string();
    assert!(error.contains("missing/a.svg: ") && error.contains("Hint: does the folder exist"), "{error}");
}

#[test]
#[ignore = "run by a_picture_shows_itself_on_stdout, which reads what it prints"]
fn shows_itself() {
    loss_curves(&[("SGD", &LOSS)]).evcxr_display();
}

#[test]
fn a_picture_shows_itself_on_stdout() {
    let program = std::env::current_exe().expect("this test's program");
    let arguments = ["pictures::shows_itself", "--exact", "--ignored", "--nocapture"];
    let output = Command::new(program).args(arguments).output().expect("the test runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    let svg = loss_curves(&[("SGD", &LOSS)]).svg();
    let expected = format!("EVCXR_BEGIN_CONTENT image/svg+xml\n{}\nEVCXR_END_CONTENT\n", svg.trim_end());
    assert!(printed.contains(&expected), "{printed}");
}
