// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_TABLE_NODE_POOL_HPP
#define COFIRE_STORAGE_TABLE_NODE_POOL_HPP

#include <cofire/storage/table/prefetch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace cofire::detail {

/// Memory for many objects of a few sizes, each at a cache line of its own, the one given back last
/// first. What was given back is used again, but returned to the system only by the destructor.
///
/// Distinct objects: safe. Shared objects: unsafe.
class node_pool {
public:
    node_pool() = default;
    node_pool(node_pool const&) = delete;
    node_pool& operator=(node_pool const&) = delete;

    /// At least `bytes` bytes. Throws std::bad_alloc.
    [[nodiscard]] void* allocate(std::size_t bytes) {
        std::size_t const lines = lines_of(bytes);
        if (lines >= free_.size()) {
            return ::operator new(bytes, alignment);
        }
        if (block* const b = free_[lines]) {
            free_[lines] = b->next;
            prefetch_lines(b->next, lines); // for the next one
            return b;
        }
        return cut(lines);
    }

    /// Gives back what allocate(bytes) gave.
    void release(void* p, std::size_t bytes) noexcept {
        std::size_t const lines = lines_of(bytes);
        if (lines >= free_.size()) {
            ::operator delete(p, alignment);
        } else {
            free_[lines] = ::new (p) block{free_[lines]};
        }
    }

    /// What an object of `bytes` bytes takes in memory.
    [[nodiscard]] static constexpr std::size_t taken_by(std::size_t bytes) {
        return lines_of(bytes) * line;
    }

private:
    struct block {
        block* next = nullptr;
    };
    struct deleter {
        void operator()(std::byte* p) const { ::operator delete(p, alignment); }
    };
    static constexpr std::size_t line = 64;
    static constexpr std::align_val_t alignment{line};
    static constexpr std::size_t first_chunk = 64; // lines
    static constexpr std::size_t last_chunk = 16'384;
#if defined(__SANITIZE_ADDRESS__) // g++'s word; clang's is the feature
    static constexpr bool pools = false;
#elif defined(__has_feature)
    static constexpr bool pools = !__has_feature(address_sanitizer);
#else
    static constexpr bool pools = true;
#endif
    static constexpr std::size_t sizes = pools ? 33 : 1; // 1: a sanitizer sees each object

    static constexpr std::size_t lines_of(std::size_t bytes) {
        return (bytes + line - 1) / line;
    }

    /// Takes `lines` from the latest chunk; the rest of one that is too short is kept for others.
    void* cut(std::size_t lines) {
        if (left_ < lines) {
            std::size_t const size = std::clamp(all_, first_chunk, last_chunk);
            std::unique_ptr<std::byte, deleter> chunk(
                static_cast<std::byte*>(::operator new(size* line, alignment))
            );
            chunks_.push_back(std::move(chunk));
            if (left_ != 0) {
                release(at_, left_ * line);
            }
            at_ = chunks_.back().get();
            left_ = size;
            all_ += size;
        }
        std::byte* const p = at_;
        at_ += lines * line;
        left_ -= lines;
        return p;
    }

    std::array<block*, sizes> free_{}; // by lines
    std::vector<std::unique_ptr<std::byte, deleter>> chunks_;
    std::byte* at_ = nullptr; // in the latest chunk
    std::size_t left_ = 0;    // lines
    std::size_t all_ = 0;
};

} // namespace cofire::detail

#endif
