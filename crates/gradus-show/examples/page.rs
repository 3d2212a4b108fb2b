//! One of each, as a notebook with outputs: `cargo run -p gradus-show --example page > page.ipynb`, then
//! `jupyter nbconvert --to html page.ipynb` (and the same with `--theme dark`) frames it as JupyterLab does.

use std::fmt::Write;

use gradus_nn::data::fashion_mnist;
use gradus_show::{Formats, Training, array, checks, figure, images, images_with_captions};
use ndarray::{Array, Array1, Array2, Array4, array as values, s};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut cells = Vec::new();
    let mut add = |source: &str, formats: Formats| cells.push(cell(source, &formats));
    add("array![1.0, 2.0, -3.5]", array(&values![1.0, 2.0, -3.5]));
    add("predictions", array(&Array1::from_shape_fn(60, |i| i * 7 % 10)));
    add("confusion", array(&values![[48_usize, 2], [5, 45]]));
    add("weights", array(&Array2::from_shape_fn((784, 10), |(i, j)| (i as f32 * 0.37 + j as f32).sin() * 1e-2)));
    add("mask", array(&values![[true, false], [false, true]]));
    add("x", array(&Array4::from_shape_fn((4, 3, 5, 5), |(n, c, i, j)| (n * 75 + c * 25 + i * 5 + j) as f64)));
    add("large", array(&values![[1e-9, f64::NAN], [f64::INFINITY, 2e12]]));
    let train = fashion_mnist::load().train;
    let batch = train.images.slice(s![..10, .., ..]).to_owned();
    let names: Vec<&str> = train.labels.iter().take(10).map(|&label| fashion_mnist::CLASS_NAMES[label]).collect();
    add("show(&batch)", images_with_captions(&batch, &names)?);
    let colours = Array4::from_shape_fn((3, 3, 24, 24), |(n, c, i, j)| ((n * 3 + c * 5 + i + j) % 24) as f64 / 23.0);
    add("show(&colours)", images(&colours)?);
    let sine = figure((480, 240), |area| {
        use plotters::prelude::*;
        let mut chart =
            ChartBuilder::on(area).margin(10).set_all_label_area_size(30).build_cartesian_2d(0.0..6.3, -1.0..1.0)?;
        chart.configure_mesh().draw()?;
        chart.draw_series(LineSeries::new((0..=63).map(|x| f64::from(x) / 10.0).map(|x| (x, x.sin())), &BLUE))?;
        Ok(())
    })?;
    add("figure((480, 240), |area| …)", sine.formats());
    for steps in [6, 20] {
        let mut training = Training::new("two-layer net", 20);
        for step in 0..steps {
            training.step(2.3 * (-0.2 * f64::from(step)).exp() + 0.1, Some(0.1 + 0.04 * f64::from(step)));
        }
        add("train(&mut solver, …)", training.formats());
    }
    add("check!(softmax, softmax_loss)", checks(&trial()));
    println!(
        r#"{{"cells":[{}],"metadata":{{"language_info":{{"name":"rust"}}}},"nbformat":4,"nbformat_minor":5}}"#,
        cells.join(",")
    );
    Ok(())
}

/// A function with a typical mistake: the loss is the sum, not the mean.
fn trial() -> gradus_assignments::Trial {
    use gradus_assignments::softmax::{Functions, try_out};
    fn softmax_loss(x: &Array2<f64>, y: &Array1<usize>) -> (f64, Array2<f64>) {
        let exponentials = x.mapv(f64::exp);
        let mut dx = exponentials.clone();
        let mut loss = 0.0;
        for (row, &label) in y.iter().enumerate() {
            let sum = exponentials.row(row).sum();
            loss += sum.ln() - x[[row, label]];
            dx.row_mut(row).mapv_inplace(|value| value / sum);
            dx[[row, label]] -= 1.0;
        }
        (loss, dx)
    }
    try_out("softmax_loss", Functions { softmax_loss: Some(softmax_loss), ..Default::default() })
}

fn cell(source: &str, formats: &Formats) -> String {
    let mut data = String::new();
    for (mime_type, content) in formats {
        let separator = if data.is_empty() { "" } else { "," };
        let _ = write!(data, "{separator}{}:{}", quote(mime_type), quote(content));
    }
    format!(
        r#"{{"cell_type":"code","id":"c{}","execution_count":1,"metadata":{{}},"source":{},"outputs":[{{"output_type":"execute_result","execution_count":1,"metadata":{{}},"data":{{{data}}}}}]}}"#,
        source.bytes().map(usize::from).sum::<usize>() + data.len(),
        quote(source)
    )
}

/// A JSON string.
fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            letter => quoted.push(letter),
        }
    }
    quoted + "\""
}
