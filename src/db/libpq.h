// libpq, loaded when the first connection is made: who stays with SQLite needs neither it nor the libraries it brings.
#pragma once

#include <libpq-fe.h>

#include "base/result.h"

// NOLINTBEGIN(cppcoreguidelines-macro-usage): each name once, for the table and for loading it
// clang-format off: it does not come to rest here
#define OREUM_LIBPQ(F) \
  F(PQclear) \
  F(PQcmdStatus) \
  F(PQcmdTuples) \
  F(PQconnectPoll) \
  F(PQconnectStartParams) \
  F(PQconninfoFree) \
  F(PQconninfoParse) \
  F(PQconsumeInput) \
  F(PQenterPipelineMode) \
  F(PQerrorMessage) \
  F(PQexitPipelineMode) \
  F(PQfinish) \
  F(PQflush) \
  F(PQfreemem) \
  F(PQgetResult) \
  F(PQgetisnull) \
  F(PQgetlength) \
  F(PQgetvalue) \
  F(PQisBusy) \
  F(PQntuples) \
  F(PQpipelineSync) \
  F(PQresultErrorField) \
  F(PQresultErrorMessage) \
  F(PQresultStatus) \
  F(PQsendPrepare) \
  F(PQsendQuery) \
  F(PQsendQueryParams) \
  F(PQsendQueryPrepared) \
  F(PQserverVersion) \
  F(PQsetNoticeProcessor) \
  F(PQsetnonblocking) \
  F(PQsocket) \
  F(PQstatus) \
  F(PQtransactionStatus)
// clang-format on
// NOLINTEND(cppcoreguidelines-macro-usage)

namespace oreum::db {

struct LibPq {
#define OREUM_LIBPQ_MEMBER(name) decltype(&::name) name = nullptr;
  OREUM_LIBPQ(OREUM_LIBPQ_MEMBER)
#undef OREUM_LIBPQ_MEMBER
};

/// kFailedPrecondition says what to install. Thread-safe.
Result<const LibPq*> libpq();

}  // namespace oreum::db
