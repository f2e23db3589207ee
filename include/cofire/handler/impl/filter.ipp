// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_HANDLER_IMPL_FILTER_IPP
#define COFIRE_HANDLER_IMPL_FILTER_IPP

#include <cofire/handler/filter.hpp>

#include <stdexcept>

namespace cofire {

COFIRE_DECL asio::awaitable<void> next_handler::operator()() {
    detail::filter_chain const* const chain = std::exchange(chain_, nullptr);
    if (chain == nullptr) {
        throw std::logic_error("cofire: an execution filter called next() twice");
    }
    return chain->run_from(index_);
}

namespace detail {

COFIRE_DECL asio::awaitable<void> filter_chain::run_from(std::size_t index) const {
    std::size_t const outer = outer_->execution.size();
    next_handler next(this, index + 1);
    if (index < outer) {
        return outer_->execution[index](*context_, std::move(next));
    }
    if (index - outer < inner_->execution.size()) {
        return inner_->execution[index - outer](*context_, std::move(next));
    }
    return run_(handler_);
}

COFIRE_DECL asio::awaitable<void> run_filtered(
    filter_list const& outer,
    filter_list const& inner,
    job_context& context,
    filter_chain::handler_function run,
    void* handler
) {
    filter_chain const chain(outer, inner, context, run, handler);
    auto op = chain.start();
    co_await std::move(op);
}

} // namespace detail
} // namespace cofire

#endif
