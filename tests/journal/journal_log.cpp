// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

#include "support.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <string>

BOOST_AUTO_TEST_SUITE(journal_log)

namespace {

using namespace journal_tests;
using cofire::errc;

bool has(simulated_disk const& disk, std::string const& name) {
    return disk.names.contains(name);
}

bytes& content(simulated_disk& disk, std::string const& name) {
    return disk.inodes[disk.names.at(name)].current;
}

std::uint64_t reopened_last(simulated_disk& disk) {
    opened store(disk);
    store.open();
    BOOST_TEST(store.seen.fault == "");
    BOOST_TEST(store.log->last_seq() == store.seen.last);
    return store.seen.last;
}

/// The refusal of opening this disk, and the words of it.
void check_refused(simulated_disk disk, errc code, std::string const& words) {
    opened store(disk);
    BOOST_CHECK_EXCEPTION(store.open(), cofire::error, [&](cofire::error const& e) {
        BOOST_TEST_MESSAGE(e.what());
        BOOST_TEST(e.what() == words);
        return e.value() == code;
    });
}

void check_refused(simulated_disk disk, errc code) {
    opened store(disk);
    BOOST_CHECK_EXCEPTION(store.open(), cofire::error, [&](cofire::error const& e) {
        return e.value() == code;
    });
}

/// Three segments of records, closed in order.
simulated_disk three_segments() {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(3);
    store.append(2);
    store.log->roll();
    store.append(4);
    store.log->roll();
    store.append(1);
    store.append(2);
    store.log->close();
    return disk.after_exit();
}

BOOST_AUTO_TEST_CASE(a_new_store_is_empty_and_keeps_what_is_written) {
    simulated_disk disk;
    {
        opened store(disk);
        store.open();
        BOOST_TEST(store.log->findings().is_new);
        BOOST_TEST(store.log->last_seq() == 0U);
        BOOST_TEST(store.append(3) == 3U);
        BOOST_TEST(store.append(1) == 4U);
        BOOST_TEST(store.log->durable_seq() == 4U);
    }
    {
        opened store(disk);
        store.open();
        BOOST_TEST(!store.log->findings().is_new);
        BOOST_TEST(!store.log->findings().was_closed);
        BOOST_TEST(store.log->findings().records == 4U);
        BOOST_TEST(store.seen.last == 4U);
        BOOST_TEST(store.append(2) == 6U);
        store.log->close();
    }
    opened store(disk);
    store.open();
    BOOST_TEST(store.log->findings().was_closed);
    BOOST_TEST(store.seen.last == 6U);
    BOOST_TEST(store.seen.fault == "");
}

BOOST_AUTO_TEST_CASE(a_full_segment_is_followed_by_the_next) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    for (int i = 0; i != 200; ++i) {
        store.append(1 + static_cast<std::uint32_t>(i % 3));
    }
    BOOST_TEST(has(disk, cofire::detail::segment_name(4)));
    auto const last = store.log->last_seq();
    store.log.reset();
    auto next = disk.after_exit();
    BOOST_TEST(reopened_last(next) == last);
}

BOOST_AUTO_TEST_CASE(a_frame_larger_than_a_segment_gets_one_of_its_size) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(2);
    BOOST_TEST(store.log->prepare());
    store.append(500);
    store.append(3);
    auto next = disk.after_exit();
    BOOST_TEST(reopened_last(next) == 505U);
}

BOOST_AUTO_TEST_CASE(a_second_owner_is_refused) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    opened second(disk);
    BOOST_CHECK_EXCEPTION(second.open(), cofire::error, [](cofire::error const& e) {
        return e.value() == errc::in_use;
    });
}

BOOST_AUTO_TEST_CASE(a_snapshot_replaces_the_log_before_the_one_before_it) {
    using cofire::detail::segment_name;
    using cofire::detail::snapshot_name;
    simulated_disk disk;
    opened store(disk);
    store.open();
    BOOST_TEST(!store.snapshot());
    store.append(3);
    BOOST_TEST(store.snapshot());
    BOOST_TEST(!store.snapshot());
    BOOST_TEST(has(disk, segment_name(1)));
    store.append(2);
    BOOST_TEST(store.snapshot());
    BOOST_TEST(!has(disk, segment_name(1)));
    BOOST_TEST(has(disk, segment_name(2)));
    BOOST_TEST(has(disk, snapshot_name(3)));
    store.append(2);
    BOOST_TEST(store.snapshot());
    BOOST_TEST(!has(disk, segment_name(2)));
    BOOST_TEST(!has(disk, snapshot_name(3)));
    BOOST_TEST(has(disk, snapshot_name(5)));
    BOOST_TEST(has(disk, snapshot_name(7)));
    store.append(1);
    BOOST_TEST(store.log->bytes_since_snapshot() < 2000U);
    store.log.reset();
    auto next = disk.after_exit();
    opened again(next);
    again.open();
    BOOST_TEST(again.seen.from_snapshot == 7U);
    BOOST_TEST(again.seen.last == 8U);
    BOOST_TEST(again.seen.fault == "");
    BOOST_TEST(again.log->findings().snapshot_seq == 7U);
    BOOST_TEST(again.log->findings().records == 1U);
}

BOOST_AUTO_TEST_CASE(a_snapshot_may_be_written_between_frames_or_given_up) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(3);
    {
        auto given_up = store.log->begin_snapshot();
        given_up->append(block_of(1));
        store.append(1);
    }
    for (auto const& [name, inode] : disk.names) {
        BOOST_TEST(!name.ends_with(".tmp"));
    }
    auto writer = store.log->begin_snapshot();
    BOOST_TEST(writer->seq() == 4U);
    for (std::uint64_t seq = 1; seq <= 4; ++seq) {
        writer->append(block_of(seq));
        store.append(1);
    }
    writer->commit();
    auto next = disk.after_exit();
    opened again(next);
    again.open();
    BOOST_TEST(again.seen.from_snapshot == 4U);
    BOOST_TEST(again.seen.last == 8U);
    BOOST_TEST(again.seen.fault == "");
}

bytes large_block_of(std::uint64_t seq) {
    bytes block = block_of(seq);
    block.resize(std::size_t{3} << 20);
    return block;
}

std::size_t unsynced_bytes(simulated_disk const& disk) {
    std::size_t sum = 0;
    for (auto const& change : disk.pending) {
        sum += change.data.size();
    }
    return sum;
}

BOOST_AUTO_TEST_CASE(no_step_of_a_large_snapshot_holds_up_the_log_for_long) {
    constexpr std::size_t most = std::size_t{7} << 20; // a slice and a block
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(8);
    auto writer = store.log->begin_snapshot();
    for (std::uint64_t seq = 1; seq <= 8; ++seq) {
        writer->append(large_block_of(seq));
        store.append(1);
        BOOST_TEST(unsynced_bytes(disk) < most); // each sync takes its time
    }
    int slices = 1;
    for (; !writer->commit_slice(); ++slices) {
        store.append(1);
    }
    BOOST_TEST(slices >= 6); // it is read again, 24 MiB of it
    auto next = disk.after_exit();
    opened again(next);
    again.open();
    BOOST_TEST(again.seen.from_snapshot == 8U);
    BOOST_TEST(again.seen.last == 16U + static_cast<unsigned>(slices) - 1);
    BOOST_TEST(again.seen.fault == "");
}

BOOST_AUTO_TEST_CASE(a_snapshot_without_its_last_block_is_none) {
    simulated_disk disk;
    {
        opened store(disk);
        store.open();
        store.append(3);
        BOOST_TEST(store.snapshot());
    }
    std::string const name = cofire::detail::snapshot_name(3);
    auto& file = content(disk, name);
    auto const end = file.end() - cofire::detail::snapshot_footer_size;
    auto const last = cofire::detail::block_head_size + block_of(3).size();
    file.erase(end - static_cast<std::ptrdiff_t>(last), end);
    disk.inodes[disk.names.at(name)].durable = file;
    auto next = disk.after_exit();
    opened again(next);
    again.open();
    BOOST_TEST(again.seen.from_snapshot == 0U); // the log has it all
    BOOST_TEST(again.seen.last == 3U);
    BOOST_TEST(again.seen.fault == "");
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_reads_back_as_something_else_is_given_up) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(8);
    auto writer = store.log->begin_snapshot();
    for (std::uint64_t seq = 1; seq <= 8; ++seq) {
        writer->append(large_block_of(seq));
    }
    BOOST_TEST(!writer->commit_slice());
    auto const is_temporary = [](auto const& entry) { return entry.first.ends_with(".tmp"); };
    auto const at = std::find_if(disk.names.begin(), disk.names.end(), is_temporary);
    BOOST_REQUIRE((at != disk.names.end()));
    auto& written = disk.inodes[at->second].current;
    written[written.size() / 2] ^= std::byte{1};
    BOOST_CHECK_EXCEPTION(writer->commit(), cofire::error, [](cofire::error const& e) {
        return e.value() == errc::storage_failed &&
               std::string(e.what()).find("read again: the block at byte") != std::string::npos;
    });
    BOOST_TEST(std::none_of(disk.names.begin(), disk.names.end(), is_temporary));
    store.append(1); // the log is as good as before
    auto next = disk.after_exit();
    BOOST_TEST(reopened_last(next) == 9U);
}

BOOST_AUTO_TEST_CASE(a_torn_tail_is_kept_apart_and_the_log_goes_on) {
    simulated_disk disk;
    {
        opened store(disk);
        store.open();
        store.append(3);
        store.append(9);
    }
    // The second frame lost its first sector.
    auto& segment = content(disk, cofire::detail::segment_name(1));
    auto const from = 4096 + cofire::detail::frame_size(records_from(1, 3).size());
    bytes const torn(
        segment.begin() + static_cast<std::ptrdiff_t>(from) + 100,
        segment.begin() + static_cast<std::ptrdiff_t>(from) + 200
    );
    std::fill_n(segment.begin() + static_cast<std::ptrdiff_t>(from), 100, std::byte{});
    disk.inodes[disk.names.at(cofire::detail::segment_name(1))].durable = segment;

    opened store(disk);
    store.open();
    BOOST_TEST(store.seen.last == 3U);
    BOOST_REQUIRE(store.log->findings().torn);
    auto const tail = *store.log->findings().torn;
    BOOST_TEST(tail.file == cofire::detail::segment_name(1));
    BOOST_TEST(tail.offset == from);
    auto const& kept = content(disk, tail.kept_as);
    BOOST_TEST(kept.size() == tail.size);
    BOOST_TEST(std::equal(torn.begin(), torn.end(), kept.begin() + 100));
    BOOST_TEST(has(disk, cofire::detail::segment_name(2)));
    store.append(2);
    store.log.reset();
    auto next = disk.after_exit();
    BOOST_TEST(reopened_last(next) == 5U);
    // Now the log proves that there was more.
    next.names.erase(cofire::detail::segment_name(2));
    check_refused(next, errc::corrupt);
}

BOOST_AUTO_TEST_CASE(damage_before_a_later_frame_is_refused_by_name) {
    simulated_disk disk;
    {
        opened store(disk);
        store.open();
        store.append(3);
        store.append(2);
    }
    auto& segment = content(disk, cofire::detail::segment_name(1));
    segment[4096 + 50] ^= std::byte{1};
    disk.inodes[disk.names.at(cofire::detail::segment_name(1))].durable = segment;
    auto const later = 4096 + cofire::detail::frame_size(records_from(1, 3).size());
    check_refused(
        disk,
        errc::corrupt,
        "seg-00000000000000000001.wal, byte 4096: records from 1 on are damaged; byte " +
            std::to_string(later) +
            ", record 4, proves that they were durable: what is stored is damaged [cofire:" +
            std::to_string(static_cast<int>(errc::corrupt)) + "]"
    );
}

BOOST_AUTO_TEST_CASE(frames_that_nobody_made_durable_may_be_lost_in_any_order) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(2);
    store.append(1, false);
    store.append(1, false);
    store.append(1, false);
    BOOST_TEST(store.log->durable_seq() == 2U);
    numbers random(1);
    using enum simulated_disk::fate;
    // The middle one is lost, those beside it are there.
    auto next = disk.after_crash({kept, lost, kept}, random);
    opened again(next);
    again.open();
    BOOST_TEST(again.seen.last == 3U);
    BOOST_TEST(again.log->findings().torn.has_value());
    // Once synced it is damage.
    store.log->sync();
    BOOST_TEST(store.log->durable_seq() == 5U);
    store.append(1);
    auto& segment = disk.inodes[disk.names.at(cofire::detail::segment_name(1))];
    auto const middle = 4096 + cofire::detail::frame_size(records_from(1, 2).size()) +
                        cofire::detail::frame_size(records_from(3, 1).size());
    segment.durable[middle] ^= std::byte{1};
    segment.current = segment.durable;
    check_refused(disk.after_exit(), errc::corrupt);
}

BOOST_AUTO_TEST_CASE(each_missing_file_is_noticed) {
    auto const disk = three_segments();
    BOOST_TEST(disk.names.size() == 4U);
    for (auto const& [name, inode] : disk.names) {
        BOOST_TEST_INFO_SCOPE(name);
        auto next = disk;
        next.names.erase(name);
        check_refused(next, errc::corrupt);
    }
}

BOOST_AUTO_TEST_CASE(swapped_and_doubled_segments_are_noticed) {
    auto const disk = three_segments();
    for (std::uint64_t a = 1; a <= 4; ++a) {
        for (std::uint64_t b = 1; b <= 4; ++b) {
            using cofire::detail::segment_name;
            if (a == b || !has(disk, segment_name(a))) {
                continue;
            }
            auto doubled = disk;
            doubled.names[segment_name(b)] = doubled.names[segment_name(a)];
            check_refused(doubled, errc::corrupt);
            if (a < b && b != 4) {
                auto swapped = disk;
                std::swap(swapped.names[segment_name(a)], swapped.names[segment_name(b)]);
                check_refused(swapped, errc::corrupt);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_segment_of_another_store_is_noticed) {
    auto disk = three_segments();
    simulated_disk other;
    other.next_random = 1000;
    {
        opened store(other);
        store.open();
        store.append(3);
        store.append(2);
        store.log->roll();
    }
    content(disk, cofire::detail::segment_name(1)) =
        content(other, cofire::detail::segment_name(1));
    check_refused(disk, errc::corrupt);
}

BOOST_AUTO_TEST_CASE(a_bad_snapshot_gives_way_to_the_one_before_if_the_log_is_there) {
    using cofire::detail::segment_name;
    using cofire::detail::snapshot_name;
    simulated_disk disk;
    {
        opened store(disk);
        store.open();
        store.append(3);
        store.snapshot();
        store.append(2);
        store.snapshot();
        store.append(2);
    }
    auto& snapshot = disk.inodes[disk.names.at(snapshot_name(5))];
    snapshot.current[5000 % snapshot.current.size()] ^= std::byte{4};
    snapshot.durable = snapshot.current;
    auto const broken = disk;
    {
        auto next = broken;
        opened store(next);
        store.open();
        BOOST_TEST(store.seen.from_snapshot == 3U);
        BOOST_TEST(store.seen.last == 7U);
        BOOST_TEST(store.log->findings().bad_snapshots.size() == 1U);
        BOOST_TEST(!has(next, snapshot_name(5)));
        BOOST_TEST(store.snapshot());
        BOOST_TEST(has(next, snapshot_name(3)));
    }
    for (std::uint64_t gone = 2; gone <= 3; ++gone) {
        auto next = broken;
        next.names.erase(segment_name(gone));
        check_refused(next, errc::corrupt);
    }
    auto next = broken;
    next.names.erase(snapshot_name(3));
    check_refused(next, errc::corrupt);
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_refused_in_words) {
    simulated_disk disk;
    {
        opened store(disk);
        store.open();
    }
    auto format = *cofire::detail::decode_store_format(content(disk, "FORMAT"));
    format.version.minor = 7;
    content(disk, "FORMAT") = cofire::detail::encode(format);
    auto minor = disk;
    BOOST_TEST(reopened_last(minor) == 0U);
    format.version.major = 2;
    content(disk, "FORMAT") = cofire::detail::encode(format);
    check_refused(
        disk,
        errc::newer_format,
        "\"FORMAT\" has format 2.7 with features 0; this program reads format 1: written by a "
        "newer "
        "version [cofire:" +
            std::to_string(static_cast<int>(errc::newer_format)) + "]"
    );
    format.version.major = 1;
    format.version.features = 1;
    content(disk, "FORMAT") = cofire::detail::encode(format);
    check_refused(disk, errc::newer_format);
}

BOOST_AUTO_TEST_CASE(what_a_record_reader_finds_corrupt_is_named_by_place) {
    auto disk = three_segments();
    simulated_files files(disk);
    BOOST_CHECK_EXCEPTION(
        cofire::detail::read_journal(
            files,
            [](std::span<std::byte const>) {},
            [](cofire::detail::record_view const& r) {
                if (r.seq == 4) {
                    throw cofire::error(errc::corrupt, "no such job");
                }
            }
        ),
        cofire::error,
        [](cofire::error const& e) {
            std::string const text = e.what();
            return text.find("seg-00000000000000000001.wal, byte ") == 0 &&
                   text.find("record 4 of type 4: no such job") != std::string::npos;
        }
    );
}

BOOST_AUTO_TEST_CASE(a_reader_beside_the_owner_changes_nothing) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(3);
    store.append(1, false);
    auto const names = disk.names;
    simulated_files files(disk);
    replay seen;
    auto const found = cofire::detail::read_journal(
        files,
        [&](std::span<std::byte const> b) { seen.block(b); },
        [&](cofire::detail::record_view const& r) { seen.record(r); }
    );
    BOOST_TEST(seen.last == 4U);
    BOOST_TEST(found.last_seq == 4U);
    BOOST_TEST(files.operations == 0U);
    BOOST_TEST(bool(names == disk.names));
}

BOOST_AUTO_TEST_CASE(without_space_nothing_is_written_and_room_tells_so) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.files.capacity = 64 + small_segment;
    BOOST_TEST(!store.log->prepare());
    auto const room = store.log->room();
    BOOST_TEST(room < small_segment);
    std::uint64_t used = 0;
    for (;;) {
        auto const size =
            cofire::detail::frame_size(records_from(store.log->last_seq() + 1, 1).size());
        if (used + size > room) {
            break;
        }
        store.append(1);
        used += size;
    }
    auto const last = store.log->last_seq();
    BOOST_CHECK_EXCEPTION(store.append(8), cofire::error, [](cofire::error const& e) {
        return e.value() == errc::no_space;
    });
    BOOST_TEST(store.log->last_seq() == last);
    BOOST_TEST(!store.log->is_poisoned());
    store.files.capacity *= 3;
    BOOST_TEST(store.log->prepare());
    BOOST_TEST(store.log->room() > room - used);
    store.append(8);
    store.log->close();
    auto next = disk.after_exit();
    BOOST_TEST(reopened_last(next) == last + 8);
}

// One that could not be removed when it failed.
BOOST_AUTO_TEST_CASE(a_reserved_segment_that_was_left_behind_is_replaced) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    BOOST_TEST(store.log->prepare());
    store.append(1);
    store.log->roll(); // takes what was reserved
    (void)store.files.create("spare.tmp");
    BOOST_TEST(store.log->prepare());
    store.append(8);
    store.log->roll();
    store.append(1);
    store.log->close();
    auto next = disk.after_exit();
    BOOST_TEST(reopened_last(next) == 10U);
}

BOOST_AUTO_TEST_CASE(room_is_what_can_be_written_without_reserving) {
    for (std::uint64_t seed = 0; seed != 50; ++seed) {
        simulated_disk disk;
        opened store(disk);
        store.open();
        numbers random(seed);
        store.append(1 + static_cast<std::uint32_t>(random.below(40)));
        BOOST_TEST(store.log->prepare());
        store.files.capacity = 0;
        std::uint64_t const room = store.log->room();
        for (std::uint64_t used = 0;;) {
            auto const count = 1 + static_cast<std::uint32_t>(random.below(3));
            auto const size =
                cofire::detail::frame_size(records_from(store.log->last_seq() + 1, count).size());
            used += size;
            if (size > 2048 || used > room) {
                break;
            }
            BOOST_CHECK_NO_THROW(store.append(count));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_failed_sync_poisons_for_good) {
    simulated_disk disk;
    opened store(disk);
    store.open();
    store.append(1);
    store.files.fail_at = store.files.operations + 2;
    auto const is_failed = [](cofire::error const& e) { return e.value() == errc::storage_failed; };
    BOOST_CHECK_EXCEPTION(store.append(1), cofire::error, is_failed);
    BOOST_TEST(store.log->is_poisoned());
    auto const operations = store.files.operations;
    BOOST_CHECK_EXCEPTION(store.append(1), cofire::error, is_failed);
    BOOST_CHECK_EXCEPTION(store.log->sync(), cofire::error, is_failed);
    BOOST_CHECK_EXCEPTION(store.log->roll(), cofire::error, is_failed);
    BOOST_CHECK_EXCEPTION(store.log->prepare(), cofire::error, is_failed);
    BOOST_CHECK_EXCEPTION(store.log->begin_snapshot(), cofire::error, is_failed);
    BOOST_CHECK_EXCEPTION(store.log->close(), cofire::error, is_failed);
    BOOST_TEST(store.files.operations == operations);
    // The process starts again; the page cache still shows what the disk has not.
    store.log.reset();
    auto next = disk.after_exit();
    BOOST_TEST(reopened_last(next) == 1U);
}

BOOST_AUTO_TEST_CASE(frames_of_another_course_of_the_same_store_are_noticed) {
    // Two copies of a directory go on differently, in frames of the same numbers and lengths.
    simulated_disk disk;
    {
        opened store(disk);
        store.open();
        store.append(2);
    }
    std::uint64_t room = 0;
    auto const gone_on = [&](std::byte what) {
        auto copy = disk.after_exit();
        opened store(copy);
        store.open();
        bytes record(8 + 24, what);
        cofire::detail::store_little(std::span<std::byte>(record), 0, std::uint32_t{24});
        cofire::detail::store_little(std::span<std::byte>(record), 4, std::uint32_t{1});
        store.log->write_frame(record, 1);
        room = store.log->room();
        store.log->write_frame(record, 1);
        return copy.after_exit();
    };
    auto mixed = gone_on(std::byte{1});
    auto const other = gone_on(std::byte{2});
    std::size_t const begin = small_segment - cofire::detail::segment_reserve - room;
    auto const segment = mixed.names.at(cofire::detail::segment_name(1));
    auto const& from = other.inodes[segment].durable;
    auto& to = mixed.inodes[segment];
    std::copy(
        from.begin() + static_cast<std::ptrdiff_t>(begin),
        from.end(),
        to.durable.begin() + static_cast<std::ptrdiff_t>(begin)
    );
    to.current = to.durable;
    opened store(mixed);
    std::string why;
    try {
        store.open();
    } catch (cofire::error const& e) {
        why = e.what();
    }
    BOOST_TEST(why.find("does not follow what stands before it") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(bad_options_and_frames_are_refused) {
    simulated_disk disk;
    opened tiny(disk, 4096);
    BOOST_CHECK_THROW(tiny.open(), cofire::error);
    opened store(disk);
    store.open();
    BOOST_CHECK_THROW(store.log->write_frame({}, 0), cofire::error);
    BOOST_TEST(store.log->last_seq() == 0U);
}

} // namespace

BOOST_AUTO_TEST_SUITE_END()
