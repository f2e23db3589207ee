// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_CLIENT_IMPL_CREATION_FILTER_IPP
#define COFIRE_CLIENT_IMPL_CREATION_FILTER_IPP

#include <cofire/client/creation_filter.hpp>

namespace cofire {

COFIRE_DECL job_settings& creation::settings() {
    if (!own_) {
        // The settings are shared by all jobs of the type: change a copy.
        own_ = std::make_shared<job_settings>(*job_->settings);
        job_->settings = own_;
    }
    return *own_;
}

COFIRE_DECL void creation::set_arguments(std::string json) {
    job_->arguments = std::move(json);
    new_arguments_ = true;
}

} // namespace cofire

#endif
