// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef WEB_APP_OUTBOX_HPP
#define WEB_APP_OUTBOX_HPP

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// A folder in place of a mail server and an SMS gateway: each message is a file in it.
///
/// May be used from several threads: a file appears under its name when it is complete.
class outbox {
public:
    /// Makes the folder if it is not there.
    explicit outbox(std::filesystem::path folder);

    /// Sends a message. The same name again replaces it: a job that is run twice sends once.
    void send(std::string const& name, std::string_view text) const;

    /// The messages' file names, sorted.
    [[nodiscard]] std::vector<std::string> messages() const;

    /// The text of a message.
    [[nodiscard]] std::string read(std::string const& name) const;

private:
    std::filesystem::path folder_;
};

/// Writes the file beside its place and then renames it, so that nobody sees half of it.
void write_file(std::filesystem::path const& path, std::string_view text);

#endif
