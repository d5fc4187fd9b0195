#include "net/gzip.h"

#include <algorithm>
#include <bit>
#include <limits>

#include <zlib.h>

#include <fmt/core.h>

namespace oreum::net {

namespace {

constexpr int kGzipFrame = 16;  // added to the window bits: a gzip header and trailer instead of zlib's
constexpr size_t kStep = size_t{64} << 10;

/// zlib's pointers are not const.
Bytef* bytes(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
}

class Inflater {
 public:
  Inflater() : ready_(inflateInit2(&stream_, MAX_WBITS + kGzipFrame) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool ready() const { return ready_; }
  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

}  // namespace

std::string gzip(std::string_view body) {
  if (body.size() > std::numeric_limits<uInt>::max()) return {};
  // A small body needs only a small window and table: setting up 256 KB would cost more than the compression.
  const int window = std::clamp(static_cast<int>(std::bit_width(body.size())), 9, MAX_WBITS);
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window + kGzipFrame, window - 7, Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
  stream.next_in = bytes(body);
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = bytes(out);
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

Result<std::string> gunzip(std::string_view body, size_t limit) {
  Inflater inflater;
  if (!inflater.ready()) return Error(Code::kResourceExhausted, "no memory to unpack the gzip body");
  if (body.size() > std::numeric_limits<uInt>::max()) {
    return Error(Code::kResourceExhausted, "the gzip body is too large");
  }
  z_stream& stream = inflater.stream();
  stream.next_in = bytes(body);
  stream.avail_in = static_cast<uInt>(body.size());
  std::string out;
  size_t used = 0;
  while (true) {
    if (used == out.size()) out.resize(std::min(limit + 1, used + std::max(kStep, used)));
    stream.next_out = bytes(out) + used;
    stream.avail_out = static_cast<uInt>(std::min<size_t>(out.size() - used, std::numeric_limits<uInt>::max()));
    const size_t room = stream.avail_out;
    const int rc = inflate(&stream, Z_NO_FLUSH);
    used += room - stream.avail_out;
    if (used > limit) {
      return Error(Code::kResourceExhausted, fmt::format("the body unpacks to more than {} bytes", limit));
    }
    if (rc == Z_STREAM_END) {
      if (stream.avail_in == 0) break;
      if (inflateReset(&stream) != Z_OK) return Error(Code::kInvalidArgument, "the gzip body is damaged");
      continue;
    }
    if (rc != Z_OK || (stream.avail_in == 0 && stream.avail_out > 0)) {
      return Error(Code::kInvalidArgument, "the gzip body is damaged or cut short");
    }
  }
  out.resize(used);
  return out;
}

}  // namespace oreum::net
