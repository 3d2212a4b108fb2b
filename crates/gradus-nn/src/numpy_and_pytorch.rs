//! From NumPy and PyTorch to Gradus: how a line of Python looks here. Every example on this page is compiled and run.
//!
//! # Arrays
//!
//! | NumPy | ndarray | |
//! | --- | --- | --- |
//! | `np.zeros((2, 3))` | `Array2::<f64>::zeros((2, 3))` | the number type is part of the array's type |
//! | `np.array([[1., 2.]])` | `array![[1.0, 2.0]]` | whole numbers without a point make an array of whole numbers |
//! | `x.shape`, `x.ndim`, `x.size` | `x.shape()`, `x.ndim()`, `x.len()` | `x.dim()` is the shape as a tuple |
//! | `x[1, 2]` | `x[[1, 2]]` | |
//! | `x[1:3, :]` | `x.slice(s![1..3, ..])` | a view, as in NumPy |
//! | `x[:, -1]` | `x.column(x.ncols() - 1)`, or `x.slice(s![.., -1])` | |
//! | `x[rows]` | `x.select(Axis(0), &rows)` | a copy |
//! | `x.reshape(n, -1)` | `x.to_shape((n, d))` | the length is written out |
//! | `x.T` | `x.t()` | |
//! | `x.transpose(0, 2, 3, 1)` | `x.permuted_axes([0, 2, 3, 1])` | takes the array; of a view, `x.view().permuted_axes(..)` |
//! | `x + y`, `x * y` | `&x + &y`, `&x * &y` | without `&` the array is used up |
//! | `x @ w` | `x.dot(&w)` | |
//! | `x += y` | `x += &y` | `x` must be `mut` |
//! | `np.exp(x)`, `np.maximum(0, x)` | `x.exp()`, `x.mapv(\|x\| x.max(0.0))` | |
//! | `x.sum(axis=0)` | `x.sum_axis(Axis(0))` | |
//! | `x.sum(axis=0, keepdims=True)` | `x.sum_axis(Axis(0)).insert_axis(Axis(0))` | |
//! | `x.mean(axis=0)` | `x.mean_axis(Axis(0)).unwrap()` | there is no mean of no rows |
//! | `x.argmax(axis=1)` | `networks::predict`, `linear::predict`, or a loop | |
//! | `np.random.seed(231)` | `let mut draws = generator(231);` | whoever draws is given the generator |
//! | `0.01 * np.random.randn(2, 3)` | `normal::<f64, _>((2, 3), 0.01, &mut draws)` | |
//! | `np.concatenate([a, b], axis=1)` | `concatenate![Axis(1), a, b]` | |
//!
//! ```
//! use gradus_nn::random::{generator, normal};
//! use ndarray::{Array2, Axis, array, s};
//!
//! let x = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]; //    x = np.array([[1., 2., 3.], [4., 5., 6.]])
//! assert_eq!(x[[1, 2]], 6.0); //                          x[1, 2]
//! assert_eq!(x.slice(s![.., 1..]), array![[2.0, 3.0], [5.0, 6.0]]); // x[:, 1:]
//! assert_eq!(x.sum_axis(Axis(0)), array![5.0, 7.0, 9.0]); // x.sum(axis=0)
//! let centred = &x - &x.mean_axis(Axis(0)).unwrap(); //   x - x.mean(axis=0)
//! assert_eq!(centred, array![[-1.5, -1.5, -1.5], [1.5, 1.5, 1.5]]);
//! let w: Array2<f64> = normal((3, 4), 0.01, &mut generator(231)); // w = 0.01 * np.random.randn(3, 4)
//! let scores = x.dot(&w); //                              scores = x @ w
//! let probabilities = {
//!     let exponentials = scores.exp(); //                 np.exp(scores)
//!     let sums = exponentials.sum_axis(Axis(1)).insert_axis(Axis(1)); // .sum(axis=1, keepdims=True)
//!     exponentials / sums
//! };
//! assert!((probabilities.sum() - 2.0).abs() < 1e-12);
//! ```
//!
//! A product or sum that goes straight into a function of this library needs a name first, because the compiler does not
//! find its type through the reference: `let twice = &x * 2.0; relu_forward(&twice);`
//!
//! # Layers
//!
//! There is no tape: `forward` gives the result and a cache, `backward` takes the upstream gradient and the cache, as the
//! CS231n assignments do.
//!
//! | PyTorch | Gradus | what differs |
//! | --- | --- | --- |
//! | `F.linear(x, w, b)` | [`affine_forward`](crate::affine::affine_forward)`(&x, &w, &b)` | `w` is (inputs, outputs), PyTorch's is transposed |
//! | `F.relu(x)`, `F.gelu(x)` | [`relu_forward`](crate::activations::relu_forward), [`gelu_forward`](crate::activations::gelu_forward) | |
//! | `F.conv2d(x, w, b, stride, padding)` | [`conv_forward`](crate::conv::conv_forward)`(&x, &w, &b, ConvParams::new(stride, padding))` | |
//! | `F.max_pool2d(x, 2)` | [`max_pool_forward`](crate::pool::max_pool_forward)`(&x, PoolParams::new(2, 2))` | the stride is always given |
//! | `nn.BatchNorm1d` | [`batchnorm_forward`](crate::norms::batchnorm_forward)`(&x, &gamma, &beta, &mut bn_param)` | `momentum` is what remains: 0.9 is PyTorch's 0.1 |
//! | `nn.LayerNorm` | [`layernorm_forward`](crate::norms::layernorm_forward)`(&x, &gamma, &beta, 1e-5)` | |
//! | `F.dropout(x, p)` | [`dropout_forward`](crate::dropout::dropout_forward)`(&x, 1.0 - p, mode, &mut draws)` | `p` is the probability of keeping |
//! | `nn.Embedding` | [`word_embedding_forward`](crate::embedding::word_embedding_forward) | |
//! | `nn.RNN`, `nn.LSTM`, `nn.GRU` | [`rnn_forward`](crate::rnn::rnn_forward), [`lstm_forward`](crate::lstm::lstm_forward), [`gru_forward`](crate::gru::gru_forward) | (batch, time, features); the LSTM's gates stand in the order i, f, o, g |
//! | `nn.MultiheadAttention` | [`multi_head_attention_forward`](crate::attention::multi_head_attention_forward) | a mask is true where a query *may* look |
//! | `F.cross_entropy(x, y)` | [`softmax_loss`](crate::softmax::softmax_loss)`(&x, &y)` | gives the gradient too |
//! | `loss.backward()` | the layers' `backward` functions, last layer first | |
//!
//! ```
//! use gradus_nn::activations::{relu_backward, relu_forward};
//! use gradus_nn::affine::{affine_backward, affine_forward};
//! use gradus_nn::random::{generator, normal};
//! use gradus_nn::softmax::softmax_loss;
//! use ndarray::{Array1, Array2, array};
//!
//! let mut draws = generator(231);
//! let (x, y): (Array2<f64>, _) = (normal((4, 3), 1.0, &mut draws), array![0, 1, 1, 0]);
//! let (w1, b1) = (normal((3, 8), 0.5, &mut draws), Array1::zeros(8));
//! let (w2, b2) = (normal((8, 2), 0.5, &mut draws), Array1::zeros(2));
//!
//! let (a, cache1) = affine_forward(&x, &w1, &b1); //      a = F.linear(x, w1.T, b1)
//! let (hidden, relu) = relu_forward(&a); //               hidden = F.relu(a)
//! let (scores, cache2) = affine_forward(&hidden, &w2, &b2);
//! let (loss, dscores) = softmax_loss(&scores, &y); //     loss = F.cross_entropy(scores, y)
//!
//! let (dhidden, dw2, db2) = affine_backward(&dscores, &cache2); // loss.backward(), step by step
//! let da = relu_backward(&dhidden, &relu);
//! let (_dx, dw1, db1) = affine_backward(&da, &cache1);
//! assert_eq!((dw1.dim(), db1.dim(), dw2.dim(), db2.dim()), ((3, 8), 8, (8, 2), 2));
//! assert!(loss > 0.0);
//! ```
//!
//! # Training
//!
//! | PyTorch | Gradus | what differs |
//! | --- | --- | --- |
//! | `torch.optim.SGD(lr, momentum)` | [`Momentum::new`](crate::optimisers::Momentum)`(lr, momentum)` | the learning rate is inside the velocity; the steps are the same |
//! | `torch.optim.Adam(lr=1e-3)` | [`Adam::new`](crate::optimisers::Adam)`(1e-3)` | one for each parameter, as [`Optimisers`](crate::solver::Optimisers) has them |
//! | `optimizer.step()` | `optimisers.update(&mut parameters, &gradients)` | no `zero_grad`: gradients are values |
//! | `weight_decay=reg` in SGD | `reg` of a network | the penalty is `0.5 * reg * sum(w^2)`, whose gradient is `reg * w` |
//! | `lr_scheduler.CosineAnnealingLR` | [`cosine_decay`](crate::schedules::cosine_decay) | a function of the time |
//! | `lr_scheduler.ReduceLROnPlateau` | [`Plateau`](crate::schedules::Plateau) | |
//! | `model.train()`, `model.eval()` | `loss` is training, `scores` is use | a layer is told by [`Mode`](crate::Mode) |
//! | `model.state_dict()` | `network.parameters` | a map from names to arrays, as [`Parameters`](crate::networks::Parameters) |
//! | `torch.save`, `torch.load` | [`Solver::save`](crate::solver::Solver::save), [`Solver::load`](crate::solver::Solver::load) | with the optimisers and the place in the draws |
//! | the loop over a `DataLoader` | [`Solver::train`](crate::solver::Solver::train) | |
//! | `torch.autograd.gradcheck` | `gradus_check::numeric_gradient_array` | |
//!
//! ```
//! use gradus_nn::networks::{FullyConnectedNet, FullyConnectedSettings};
//! use gradus_nn::optimisers::Adam;
//! use gradus_nn::random::{generator, normal};
//! use gradus_nn::solver::{Examples, Solver, SolverSettings};
//! use ndarray::{Array2, Axis};
//!
//! let x: Array2<f32> = normal((200, 2), 1.0, &mut generator(231));
//! let y = x.map_axis(Axis(1), |point| usize::from(point[0] * point[1] > 0.0));
//! let data = Examples { x, y };
//! let settings = FullyConnectedSettings { features: 2, hidden: vec![32], classes: 2, weight_scale: 0.5, ..Default::default() };
//! let net = FullyConnectedNet::<f32>::new(settings, &mut generator(1)); // model = nn.Sequential(...)
//! let settings = SolverSettings { optimiser: Adam::new(0.02).into(), batch_size: 20, ..Default::default() };
//! let mut solver = Solver::new(net, settings); //         optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
//! solver.train(&data, &data); //                          for epoch in range(10): for x, y in loader: ...
//! assert!(solver.best.unwrap().validation_accuracy > 0.9);
//! ```
