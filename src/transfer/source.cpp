#include "transfer/source.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/file.h"

namespace oreum::transfer {

namespace {

constexpr size_t kPiece = size_t{256} << 10;

/// Undoes a packing. Takes from the front of `in`, fills from the front of `out`.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual Status step(std::string_view& in, std::span<char>& out) = 0;
  /// Whether the input may end here.
  virtual bool complete() const = 0;
};

class Plain final : public Decoder {
 public:
  Status step(std::string_view& in, std::span<char>& out) override {
    const size_t n = std::min(in.size(), out.size());
    std::copy_n(in.begin(), n, out.begin());
    in.remove_prefix(n);
    out = out.subspan(n);
    return {};
  }
  bool complete() const override { return true; }
};

class Gzip final : public Decoder {
 public:
  Gzip() { inflateInit2(&z_, 15 + 16); }  // 16: a gzip header
  ~Gzip() override { inflateEnd(&z_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  Status step(std::string_view& in, std::span<char>& out) override {
    if (ended_ && !in.empty()) {  // another member follows
      inflateReset(&z_);
      ended_ = false;
    }
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));  // zlib reads it only
    z_.avail_in = static_cast<uInt>(in.size());
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    const int rc = inflate(&z_, Z_NO_FLUSH);
    in.remove_prefix(in.size() - z_.avail_in);
    out = out.subspan(out.size() - z_.avail_out);
    ended_ = rc == Z_STREAM_END;
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
      return Error(Code::kInvalidArgument, "the gzip data is damaged");
    }
    return {};
  }
  bool complete() const override { return ended_; }

 private:
  z_stream z_{};
  bool ended_ = false;
};

class Zstd final : public Decoder {
 public:
  // Up to the window of `zstd --long=27`.
  Zstd() : stream_(ZSTD_createDStream()) { ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, 27); }
  ~Zstd() override { ZSTD_freeDStream(stream_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  Status step(std::string_view& in, std::span<char>& out) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const size_t rc = ZSTD_decompressStream(stream_, &output, &input);
    in.remove_prefix(input.pos);
    out = out.subspan(output.pos);
    if (ZSTD_isError(rc) != 0) {
      return Error(Code::kInvalidArgument, fmt::format("the zstd data is damaged: {}", ZSTD_getErrorName(rc)));
    }
    if (input.pos > 0 || output.pos > 0) complete_ = rc == 0;  // called for nothing, it speaks of the next frame
    return {};
  }
  bool complete() const override { return complete_; }

 private:
  ZSTD_DStream* stream_;
  bool complete_ = false;
};

}  // namespace

struct Source::Impl {
  std::string name;
  Fd fd;
  std::optional<uint64_t> total;
  uint64_t raw_read = 0;
  std::string raw;  // read, not yet unpacked
  size_t raw_at = 0;
  bool raw_end = false;
  std::unique_ptr<Decoder> decoder;
  std::string peeked;

  /// Reads more of the file behind what is there.
  Status fill() {
    raw.erase(0, raw_at);
    raw_at = 0;
    const size_t had = raw.size();
    raw.resize(had + kPiece);
    ssize_t n = 0;
    do {
      n = ::read(fd.get(), raw.data() + had, kPiece);
    } while (n < 0 && errno == EINTR);
    const int error = errno;
    raw.resize(had + static_cast<size_t>(std::max<ssize_t>(n, 0)));
    if (n < 0) return errno_error(error, fmt::format("reading {}", name));
    raw_end = n == 0;
    raw_read += static_cast<uint64_t>(n);
    return {};
  }

  Status choose_decoder() {
    while (raw.size() < 4 && !raw_end) TRY(fill());
    const std::string_view start(raw);
    if (start.starts_with("\x1f\x8b")) {
      decoder = std::make_unique<Gzip>();
    } else if (start.starts_with("\x28\xb5\x2f\xfd")) {
      decoder = std::make_unique<Zstd>();
    } else {
      decoder = std::make_unique<Plain>();
    }
    return {};
  }

  Result<size_t> unpack(std::span<char> into) {
    std::span<char> left = into;
    for (;;) {
      if (raw_at == raw.size() && !raw_end) TRY(fill());
      std::string_view in = std::string_view(raw).substr(raw_at);
      const size_t had = in.size();
      if (Status status = decoder->step(in, left); !status) {
        return std::move(status).error().wrap(fmt::format("reading {}", name));
      }
      raw_at = raw.size() - in.size();
      if (left.size() < into.size()) return into.size() - left.size();
      if (raw_end && in.size() == had) {
        if (decoder->complete()) return 0;
        return Error(Code::kInvalidArgument, fmt::format("{} is cut short: its packed data does not end", name));
      }
    }
  }
};

Source::Source(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&&) noexcept = default;
Source::~Source() = default;

Result<Source> Source::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->name = path == "-" ? "standard input" : path;
  impl->fd = path == "-" ? Fd(::dup(STDIN_FILENO)) : Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!impl->fd.valid()) return errno_error(errno, fmt::format("opening {}", impl->name));
  struct stat s{};
  if (::fstat(impl->fd.get(), &s) == 0) {
    if (S_ISDIR(s.st_mode)) return Error(Code::kInvalidArgument, fmt::format("{} is a folder", impl->name));
    if (S_ISREG(s.st_mode)) impl->total = static_cast<uint64_t>(s.st_size);
  }
  TRY(impl->choose_decoder());
  return Source(std::move(impl));
}

Result<size_t> Source::read(std::span<char> into) {
  if (into.empty()) return 0;
  std::string& peeked = impl_->peeked;
  if (peeked.empty()) return impl_->unpack(into);
  const size_t n = std::min(peeked.size(), into.size());
  std::copy_n(peeked.begin(), n, into.begin());
  peeked.erase(0, n);
  return n;
}

Result<std::string_view> Source::peek(size_t n) {
  std::array<char, 4096> piece;
  std::string& peeked = impl_->peeked;
  while (peeked.size() < n) {
    TRY_ASSIGN(const size_t got, impl_->unpack(std::span(piece).first(std::min(piece.size(), n - peeked.size()))));
    if (got == 0) break;
    peeked.append(piece.data(), got);
  }
  return std::string_view(peeked).substr(0, n);
}

uint64_t Source::bytes_read() const { return impl_->raw_read - (impl_->raw.size() - impl_->raw_at); }
std::optional<uint64_t> Source::bytes_total() const { return impl_->total; }
const std::string& Source::name() const { return impl_->name; }

Result<bool> LineReader::fill() {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
  }
  const size_t had = buffer_.size();
  buffer_.resize(had + kPiece);
  Result<size_t> n = source_.read(std::span(buffer_).subspan(had));
  buffer_.resize(had + (n ? *n : 0));
  if (!n) return std::move(n).error();
  return *n > 0;
}

Result<std::optional<Line>> LineReader::next() {
  for (;;) {
    const size_t end = buffer_.find('\n', scanned_);
    if (end != std::string::npos) {
      const Line line{std::string_view(buffer_).substr(begin_, end - begin_), ++number_};
      begin_ = scanned_ = end + 1;
      return std::optional(line);
    }
    scanned_ = buffer_.size();
    if (buffer_.size() - begin_ > max_line_) return overlong();
    TRY_ASSIGN(const bool more, fill());
    if (more) continue;
    if (begin_ == buffer_.size()) return std::optional<Line>();
    const Line last{std::string_view(buffer_).substr(begin_), ++number_, false};
    begin_ = buffer_.size();
    return std::optional(last);
  }
}

Result<std::optional<Line>> LineReader::overlong() {
  constexpr size_t kShown = 200;
  const std::string start = buffer_.substr(begin_, kShown);
  bool more = true;
  size_t end = std::string::npos;
  while (more && end == std::string::npos) {
    begin_ = scanned_ = buffer_.size();
    TRY_ASSIGN(more, fill());
    end = buffer_.find('\n', begin_);
  }
  const size_t next = end == std::string::npos ? buffer_.size() : end + 1;
  // The beginning stays readable where the next line's buffer will not touch it.
  buffer_.replace(begin_, next - begin_, start);
  Line line{std::string_view(buffer_).substr(begin_, start.size()), ++number_, more, true};
  begin_ += start.size();
  scanned_ = begin_;
  return std::optional(line);
}

}  // namespace oreum::transfer
