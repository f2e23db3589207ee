// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#ifndef COFIRE_SRC_HPP
#define COFIRE_SRC_HPP

/// The bodies of all functions that are no templates. A program that defines
/// COFIRE_SEPARATE_COMPILATION everywhere includes this in exactly one of its files.

#ifndef COFIRE_SEPARATE_COMPILATION
#error "Define COFIRE_SEPARATE_COMPILATION in every file of the program, or do not include this"
#endif

#include <cofire/client/impl/batch.ipp>
#include <cofire/client/impl/client.ipp>
#include <cofire/client/impl/client_core.ipp>
#include <cofire/client/impl/creation_filter.ipp>
#include <cofire/client/impl/due_time.ipp>
#include <cofire/client/impl/id_source.ipp>
#include <cofire/client/impl/job_changes.ipp>
#include <cofire/client/impl/job_creator.ipp>
#include <cofire/client/impl/job_reads.ipp>
#include <cofire/client/impl/owned_options.ipp>
#include <cofire/client/impl/recurring_calls.ipp>
#include <cofire/client/impl/recurring_job.ipp>
#include <cofire/client/impl/validate.ipp>
#include <cofire/core/impl/error.ipp>
#include <cofire/core/impl/job_id.ipp>
#include <cofire/core/impl/text.ipp>
#include <cofire/handler/impl/failure.ipp>
#include <cofire/handler/impl/filter.ipp>
#include <cofire/handler/impl/handler_entry.ipp>
#include <cofire/handler/impl/job_context.ipp>
#include <cofire/handler/impl/log.ipp>
#include <cofire/handler/impl/observer.ipp>
#include <cofire/handler/impl/outcome.ipp>
#include <cofire/handler/impl/registry.ipp>
#include <cofire/handler/impl/retry_policy.ipp>
#include <cofire/handler/impl/run_on.ipp>
#include <cofire/handler/impl/run_state.ipp>
#include <cofire/handler/impl/sleep.ipp>
#include <cofire/job/impl/decode.ipp>
#include <cofire/job/impl/display.ipp>
#include <cofire/job/impl/json_document.ipp>
#include <cofire/job/impl/json_path.ipp>
#include <cofire/job/impl/json_writer.ipp>
#include <cofire/job/impl/stored_arguments.ipp>
#include <cofire/server/impl/dispatcher.ipp>
#include <cofire/server/impl/dispatcher_calls.ipp>
#include <cofire/server/impl/dispatcher_recurring.ipp>
#include <cofire/server/impl/dispatcher_settle.ipp>
#include <cofire/server/impl/host.ipp>
#include <cofire/server/impl/queue_order.ipp>
#include <cofire/server/impl/recurring_schedule.ipp>
#include <cofire/server/impl/server.ipp>
#include <cofire/server/impl/server_core.ipp>
#include <cofire/server/impl/server_core_runs.ipp>
#include <cofire/server/impl/slot.ipp>
#include <cofire/storage/detail/impl/alarm.ipp>
#include <cofire/storage/detail/impl/parking.ipp>
#include <cofire/storage/detail/impl/table_shell.ipp>
#include <cofire/storage/impl/memory_storage.ipp>
#include <cofire/storage/journal/impl/commit_queue.ipp>
#include <cofire/storage/journal/impl/crc32c.ipp>
#include <cofire/storage/journal/impl/file_system.ipp>
#include <cofire/storage/journal/impl/frame.ipp>
#include <cofire/storage/journal/impl/job_kinds.ipp>
#include <cofire/storage/journal/impl/journal_engine.ipp>
#include <cofire/storage/journal/impl/journal_room.ipp>
#include <cofire/storage/journal/impl/journal_storage.ipp>
#include <cofire/storage/journal/impl/journal_writer.ipp>
#include <cofire/storage/journal/impl/logged_table.ipp>
#include <cofire/storage/journal/impl/posix_files.ipp>
#include <cofire/storage/journal/impl/posix_lock.ipp>
#include <cofire/storage/journal/impl/record_fields.ipp>
#include <cofire/storage/journal/impl/record_replay.ipp>
#include <cofire/storage/journal/impl/record_writer.ipp>
#include <cofire/storage/journal/impl/segment.ipp>
#include <cofire/storage/journal/impl/segment_scan.ipp>
#include <cofire/storage/journal/impl/table_image_reader.ipp>
#include <cofire/storage/journal/impl/table_image_reader_jobs.ipp>
#include <cofire/storage/journal/impl/table_image_writer.ipp>
#include <cofire/storage/table/impl/event_series.ipp>
#include <cofire/storage/table/impl/job_index.ipp>
#include <cofire/storage/table/impl/job_table.ipp>
#include <cofire/storage/table/impl/job_table_acquire.ipp>
#include <cofire/storage/table/impl/job_table_change.ipp>
#include <cofire/storage/table/impl/job_table_history.ipp>
#include <cofire/storage/table/impl/job_table_insert.ipp>
#include <cofire/storage/table/impl/job_table_keys.ipp>
#include <cofire/storage/table/impl/job_table_read.ipp>
#include <cofire/storage/table/impl/job_table_recurring.ipp>
#include <cofire/storage/table/impl/job_table_staging.ipp>
#include <cofire/storage/table/impl/job_table_tick.ipp>
#include <cofire/testing/impl/harness.ipp>
#include <cofire/testing/impl/manual_clock.ipp>
#include <cofire/testing/impl/simulation.ipp>
#include <cofire/testing/impl/simulation_checker.ipp>
#include <cofire/testing/impl/simulation_checker_audit.ipp>
#include <cofire/testing/impl/simulation_checker_order.ipp>
#include <cofire/testing/impl/simulation_checker_runs.ipp>
#include <cofire/testing/impl/simulation_history.ipp>
#include <cofire/testing/impl/simulation_process.ipp>
#include <cofire/testing/impl/simulation_storage.ipp>
#include <cofire/time/impl/cron.ipp>
#include <cofire/time/impl/cron_expression.ipp>
#include <cofire/time/impl/cron_text.ipp>
#include <cofire/time/impl/random.ipp>
#include <cofire/time/impl/timer_wheel.ipp>
#include <cofire/time/impl/zone.ipp>

#endif
