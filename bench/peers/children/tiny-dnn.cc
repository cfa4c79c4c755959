// tiny-dnn's side of the comparison: reads commands from stdin, answers with seconds (see ../protocol.ts).
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "tiny_dnn/tiny_dnn.h"

namespace {

using Network = tiny_dnn::network<tiny_dnn::sequential>;

void buildLenet5(Network& network) {
  using tiny_dnn::tan_h;
  network << tiny_dnn::convolutional_layer<tan_h>(32, 32, 5, 1, 6)
          << tiny_dnn::max_pooling_layer<tiny_dnn::identity>(28, 28, 6, 2)
          << tiny_dnn::convolutional_layer<tan_h>(14, 14, 5, 6, 16)
          << tiny_dnn::max_pooling_layer<tiny_dnn::identity>(10, 10, 16, 2)
          << tiny_dnn::convolutional_layer<tan_h>(5, 5, 5, 16, 120)
          << tiny_dnn::fully_connected_layer<tan_h>(120, 10) << tiny_dnn::linear_layer<tiny_dnn::softmax>(10);
}

/** Images at random, padded and scaled as they enter the network. */
struct Images {
  std::mt19937 random{1};
  std::vector<tiny_dnn::vec_t> pixels;
  std::vector<tiny_dnn::label_t> labels;

  void grow(size_t count) {
    std::uniform_real_distribution<float> uniform(0, 1);
    while (pixels.size() < count) {
      tiny_dnn::vec_t image(32 * 32);
      for (float& pixel : image) pixel = uniform(random);
      pixels.push_back(image);
      labels.push_back(random() % 10);
    }
  }
};

double secondsOf(const std::chrono::steady_clock::time_point& began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double train(Network& network, Images& images, size_t batch, size_t count) {
  images.grow(count);
  const std::vector<tiny_dnn::vec_t> pixels(images.pixels.begin(), images.pixels.begin() + count);
  const std::vector<tiny_dnn::label_t> labels(images.labels.begin(), images.labels.begin() + count);
  tiny_dnn::gradient_descent optimizer;
  optimizer.alpha = 1e-6F;
  const auto began = std::chrono::steady_clock::now();
  network.train<tiny_dnn::cross_entropy_multiclass>(optimizer, pixels, labels, batch, 1);
  return secondsOf(began);
}

double infer(Network& network, Images& images, size_t batch, size_t calls) {
  images.grow(batch);
  std::vector<tiny_dnn::tensor_t> samples;
  for (size_t image = 0; image < batch; image++) samples.push_back({images.pixels[image]});
  network.set_netphase(tiny_dnn::net_phase::test);
  const auto began = std::chrono::steady_clock::now();
  for (size_t call = 0; call < calls; call++) network.predict(samples);
  return secondsOf(began);
}

}  // namespace

int main() {
  Network network;
  buildLenet5(network);
  network.init_weight();
  Images images;
  std::cout << "ready g++ " << __VERSION__ << " -O3 -march=native, AVX, OpenMP" << std::endl;
  std::string task, name, layout;
  size_t batch = 0, amount = 0;
  int threads = 0;
  while (std::cin >> task >> name >> batch >> amount >> threads >> layout) {
    try {
      if (name != "lenet5") throw std::runtime_error("only lenet5 is built here");
      omp_set_num_threads(threads);
      const double seconds =
          task == "train" ? train(network, images, batch, amount) : infer(network, images, batch, amount);
      std::cout << "ok " << seconds << std::endl;
    } catch (const std::exception& error) {
      std::cout << "error " << error.what() << std::endl;
    }
  }
}
