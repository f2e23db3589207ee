// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_STORAGE_JOURNAL_IMPL_FILE_SYSTEM_IPP
#define COFIRE_STORAGE_JOURNAL_IMPL_FILE_SYSTEM_IPP

#include <cofire/storage/journal/file_system.hpp>

#include <cerrno>
#include <system_error>

namespace cofire::detail {

COFIRE_DECL io_error::io_error(char const* operation, std::string file, int number)
    : text_(operation), number_(number) {
    text_ += " of ";
    text_ += file;
    text_ += ": ";
    text_ += std::generic_category().message(number);
    text_ += " (errno ";
    text_ += std::to_string(number);
    text_ += ')';
}

COFIRE_DECL bool io_error::is_no_space() const noexcept {
    return number_ == ENOSPC || number_ == EDQUOT || number_ == EFBIG;
}

COFIRE_DECL bool io_error::is_missing() const noexcept {
    return number_ == ENOENT;
}

COFIRE_DECL error io_error::as_error() const {
    return {is_no_space() ? errc::no_space : errc::storage_failed, text_};
}

} // namespace cofire::detail

#endif
