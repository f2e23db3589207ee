// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "outbox.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

outbox::outbox(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
}

void outbox::send(std::string const& name, std::string_view text) const {
    write_file(folder_ / name, text);
}

std::vector<std::string> outbox::messages() const {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(folder_)) {
        if (entry.path().extension() != ".tmp") {
            names.push_back(entry.path().filename().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string outbox::read(std::string const& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in) {
        throw std::runtime_error("cannot read " + (folder_ / name).string());
    }
    return text;
}

void write_file(std::filesystem::path const& path, std::string_view text) {
    std::filesystem::path unfinished = path;
    unfinished += ".tmp";
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
        throw std::runtime_error("cannot write " + unfinished.string());
    }
    std::filesystem::rename(unfinished, path);
}
