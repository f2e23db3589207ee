// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// Plays a fuzz target without a fuzzer: replay <folder of inputs> <random inputs> [seed]. The inputs
// of the folder, then as many random ones, most of them made from those. The same arguments play the
// same inputs. An input that ends the program is printed before, in hexadecimal digits.

#include "fuzz.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string current;

void print_current(int signal) {
    std::fprintf(stderr, "the input: ");
    for (char const c : current) {
        std::fprintf(stderr, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
    std::fprintf(stderr, "\n");
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void play(std::string input) {
    current = std::move(input);
    // A copy of exactly its size on the heap, so that a sanitizer sees reading beyond it.
    std::vector<std::uint8_t> const bytes(current.begin(), current.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

std::vector<std::string> corpus_of(std::filesystem::path const& folder) {
    std::vector<std::filesystem::path> files;
    for (auto const& entry : std::filesystem::directory_iterator(folder)) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<std::string> inputs;
    for (auto const& file : files) {
        std::ifstream in(file, std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return inputs;
}

class mutator {
public:
    mutator(std::vector<std::string> const& corpus, std::uint64_t seed)
        : corpus_(corpus), random_(seed) {}

    std::string next() {
        std::string input = below(8) == 0 || corpus_.empty() ? "" : any();
        for (auto changes = below(6) + 1; changes != 0; --changes) {
            auto const at = below(input.size() + 1);
            auto const length = std::min(below(8) + 1, input.size() - at);
            switch (below(6)) {
            case 0: input.insert(at, 1, static_cast<char>(below(256))); break;
            case 1: input.erase(at, length); break;
            case 2: input.insert(at, input.substr(at, length)); break;
            case 3: splice(input, at); break;
            case 4: input.insert(at, 1, "0123456789,-/*#LW{}[]\": ?"[below(25)]); break;
            default:
                if (at < input.size()) {
                    input[at] = static_cast<char>(input[at] ^ (1U << below(8)));
                }
            }
        }
        input.resize(std::min<std::size_t>(input.size(), 4096));
        return input;
    }

private:
    std::size_t below(std::size_t n) { return random_() % n; }
    std::string const& any() { return corpus_[below(corpus_.size())]; }

    void splice(std::string& input, std::size_t at) {
        if (!corpus_.empty()) {
            auto const& other = any();
            auto const from = below(other.size() + 1);
            input.replace(at, std::string::npos, other, from, std::string::npos);
        }
    }

    std::vector<std::string> const& corpus_;
    std::mt19937_64 random_;
};

} // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "replay <folder of inputs> <random inputs> [seed]\n";
        return 2;
    }
    std::signal(SIGABRT, print_current);
    std::signal(SIGSEGV, print_current);
    auto const corpus = corpus_of(argv[1]);
    for (auto const& input : corpus) {
        play(input);
    }
    mutator random(corpus, argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1);
    auto const runs = std::strtoull(argv[2], nullptr, 10);
    for (auto i = runs; i != 0; --i) {
        play(random.next());
    }
    std::cout << corpus.size() << " inputs of the corpus and " << runs << " random ones\n";
    return corpus.empty() ? 1 : 0; // a corpus that was not found tests little
}
