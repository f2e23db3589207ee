// SPDX-License-Identifier: BSL-1.0
// Copyright (c) 2026 The cofire authors

// The full way of jobs that do nothing over the journal, inserted in batches, against a queue in a table
// of SQLite as it is usually written (WAL, synchronous=FULL, an index for the claim): insert, claim and
// delete, each for a batch of the same size in a transaction of its own. Time on the wall.

#include "support/bulk_jobs.hpp"
#include "support/report.hpp"
#include "support/store_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace {

class statement;

class database {
public:
    explicit database(std::filesystem::path const& path) {
        require(::sqlite3_open(path.c_str(), &db_));
        run("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=FULL");
        run("CREATE TABLE jobs (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, queue TEXT NOT "
            "NULL,"
            " type TEXT NOT NULL, arguments TEXT NOT NULL)");
        run("CREATE INDEX waiting ON jobs (queue, id) WHERE state = 0");
    }
    database(database const&) = delete;
    database& operator=(database const&) = delete;
    ~database() { ::sqlite3_close(db_); }

    void run(char const* sql) { require(::sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }

    void require(int result) {
        bench::report::require(
            result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE,
            db_ == nullptr ? "SQLite failed" : ::sqlite3_errmsg(db_)
        );
    }

private:
    friend class statement;
    sqlite3* db_ = nullptr;
};

class statement {
public:
    statement(database& db, char const* sql) : db_(&db) {
        db.require(::sqlite3_prepare_v2(db.db_, sql, -1, &statement_, nullptr));
    }
    statement(statement const&) = delete;
    statement& operator=(statement const&) = delete;
    ~statement() { ::sqlite3_finalize(statement_); }

    void bind(std::string const& text) {
        db_->require(::sqlite3_bind_text(
            statement_, 1, text.data(), static_cast<int>(text.size()), SQLITE_STATIC
        ));
    }
    void bind(std::int64_t number) { db_->require(::sqlite3_bind_int64(statement_, 1, number)); }

    /// Calls `row(first column)` for each row, then is ready to be run again.
    template <class Row>
    void run(Row const& row) {
        int result = 0;
        while ((result = ::sqlite3_step(statement_)) == SQLITE_ROW) {
            row(::sqlite3_column_int64(statement_, 0));
        }
        db_->require(result);
        db_->require(::sqlite3_reset(statement_));
    }

private:
    database* db_;
    sqlite3_stmt* statement_ = nullptr;
};

class sqlite_queue {
public:
    explicit sqlite_queue(std::filesystem::path const& path) : db_(path) {}

    /// The time in ns that a job took.
    double run(std::size_t batches, std::size_t size) {
        auto const begin = bench::wall_ns();
        auto const text = '"' + bench::argument() + '"';
        for (std::size_t i = 0; i != batches; ++i) {
            in_transaction([&] {
                for (std::size_t k = 0; k != size; ++k) {
                    insert_.bind(text);
                    insert_.run(ignore);
                }
            });
            std::vector<std::int64_t> claimed;
            in_transaction([&] {
                claim_.bind(static_cast<std::int64_t>(size));
                claim_.run([&](std::int64_t id) { claimed.push_back(id); });
            });
            bench::report::require(claimed.size() == size, "SQLite did not hand out all jobs");
            in_transaction([&] {
                for (auto const id : claimed) {
                    remove_.bind(id);
                    remove_.run(ignore);
                }
            });
        }
        return (bench::wall_ns() - begin) / static_cast<double>(batches * size);
    }

private:
    static void ignore(std::int64_t /*id*/) {}

    template <class Function>
    void in_transaction(Function const& function) {
        db_.run("BEGIN IMMEDIATE");
        function();
        db_.run("COMMIT");
    }

    database db_;
    statement insert_{
        db_, "INSERT INTO jobs (state, queue, type, arguments) VALUES (0, 'default', 'no_op', ?1)"};
    statement claim_{
        db_,
        "UPDATE jobs SET state = 1 WHERE id IN (SELECT id FROM jobs WHERE state = 0 AND"
        " queue = 'default' ORDER BY id LIMIT ?1) RETURNING id"};
    statement remove_{db_, "DELETE FROM jobs WHERE id = ?1"};
};

} // namespace

int main(int argc, char** argv) {
    bench::report to(argc, argv);
    bench::store_folder folder;
    bench::bulk_jobs journal(cofire::journal_storage(folder / "jobs"));
    sqlite_queue sqlite(folder / "jobs.sqlite");
    for (std::size_t const size : {std::size_t{100}, std::size_t{1'000}}) {
        auto const batches = to.size<std::size_t>(50'000 / size, 2);
        journal.run(batches, size);
        sqlite.run(batches, size);
        to.compare(
            "journal_sqlite.batches_of_" + std::to_string(size),
            "ns/job",
            [&] { return journal.run(batches, size); },
            "SQLite: insert, claim, delete",
            [&] { return sqlite.run(batches, size); }
        );
    }
    journal.stop();
    return 0;
}
