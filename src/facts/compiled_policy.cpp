// SPDX-License-Identifier: Apache-2.0
#include "facts/compiled_policy.h"

#include "base/text.h"
#include "facts/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <sha2.h>

namespace boxlite {

namespace {

/// The tags of a compiled policy, enum aa_code of the kernel's policy_unpack.h (6.12). Numbers are
/// little-endian.
enum class Tag : unsigned char {
    u8,
    u16,
    u32,
    u64,
    name,
    string,
    blob,
    structure,
    structure_end,
    list,
    list_end,
    array,
    array_end
};

struct Token {
    Tag tag{};
    std::string_view payload; ///< of a name or string without its final NUL
};

std::uint32_t read_number(std::string_view bytes) {
    std::uint32_t number = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
        number = (number << 8U) | static_cast<unsigned char>(bytes[i - 1]);
    }
    return number;
}

class Tokens {
public:
    explicit Tokens(std::string_view binary) : binary_(binary) {}

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] bool at_end() const { return position_ == binary_.size(); }

    /// Nothing when what comes is cut short or no token.
    std::optional<Token> next() {
        const auto tag = take(1);
        if (!tag || static_cast<unsigned char>(tag->front()) > static_cast<unsigned char>(Tag::array_end)) {
            return std::nullopt;
        }
        Token token{.tag = static_cast<Tag>(tag->front()), .payload = {}};
        const auto payload = take_payload(token.tag);
        if (!payload) {
            return std::nullopt;
        }
        token.payload = *payload;
        return token;
    }

private:
    std::optional<std::string_view> take(std::size_t count) {
        if (binary_.size() - position_ < count) {
            return std::nullopt;
        }
        position_ += count;
        return binary_.substr(position_ - count, count);
    }

    std::optional<std::string_view> take_counted(std::size_t width) {
        const auto size = take(width);
        return size ? take(read_number(*size)) : std::nullopt;
    }

    std::optional<std::string_view> take_payload(Tag tag) {
        switch (tag) {
        case Tag::u8:
            return take(1);
        case Tag::u16:
        case Tag::array: // its payload is the number of what follows
            return take(2);
        case Tag::u32:
            return take(4);
        case Tag::u64:
            return take(8);
        case Tag::name:
        case Tag::string: {
            auto text = take_counted(2);
            if (text && text->ends_with('\0')) {
                text->remove_suffix(1);
            }
            return text;
        }
        case Tag::blob:
            return take_counted(4);
        default:
            return std::string_view{};
        }
    }

    std::string_view binary_;
    std::size_t position_ = 0;
};

/// A profile in a compiled policy.
struct Piece {
    std::string name;
    std::string_view version; ///< of the policy's format, four bytes
    std::string_view bytes;   ///< from its name token "profile" on
    std::string_view whole;   ///< from the tokens before that, which give version and namespace
};

std::string hash_of(const Piece& piece) {
    SHA2_CTX context;
    SHA256Init(&context);
    for (const auto part : {piece.version, piece.bytes}) {
        SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(part.data()), part.size());
    }
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
    SHA256Final(digest.data(), &context);
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

/// Reads one profile, from after its name token "profile", and returns what it is called.
std::optional<std::string> read_profile(Tokens& tokens) {
    std::string name;
    int depth = 0;
    do {
        const auto token = tokens.next();
        if (!token || (depth == 0 && token->tag != Tag::structure)) {
            return std::nullopt;
        }
        if (token->tag == Tag::structure) {
            ++depth;
        } else if (token->tag == Tag::structure_end) {
            --depth;
        } else if (token->tag == Tag::string && name.empty()) {
            name = token->payload;
        }
    } while (depth > 0);
    return name.empty() ? std::nullopt : std::optional(name);
}

std::unexpected<Error> malformed(std::size_t position) {
    return std::unexpected(
        Error{"read", "the compiled policy", 0, fmt::format("no profile at byte {}", position)});
}

Result<std::vector<Piece>> split_policy(std::string_view binary) {
    std::vector<Piece> pieces;
    Tokens tokens(binary);
    std::string_view version;
    std::size_t whole = 0;
    while (!tokens.at_end()) {
        const auto begin = tokens.position();
        const auto name = tokens.next();
        if (!name || name->tag != Tag::name) {
            return malformed(begin);
        }
        if (name->payload == "version" || name->payload == "namespace") {
            const auto value = tokens.next();
            if (!value || value->tag != (name->payload == "version" ? Tag::u32 : Tag::string)) {
                return malformed(begin);
            }
            version = name->payload == "version" ? value->payload : version;
            continue;
        }
        auto profile = name->payload == "profile" ? read_profile(tokens) : std::nullopt;
        if (!profile || version.empty()) {
            return malformed(begin);
        }
        const auto after = tokens.position();
        pieces.push_back({std::move(*profile), version, binary.substr(begin, after - begin),
                          binary.substr(whole, after - whole)});
        whole = after;
    }
    return pieces;
}

const std::string tunables = paths::policy_directory + "/tunables";

/// Whether what is at `path` changed after `cache_file` was written. The time of change is compared,
/// because nobody can set that; a directory's counts for what was taken out of it. What is in a
/// directory below `tunables` is added to `sources`.
bool is_newer(const Host& host, const std::string& path, const struct stat& cache_file,
              std::vector<std::string>& sources) {
    const auto found = host.examine(path);
    const auto target = found && S_ISLNK(found->st_mode) ? host.examine_target(path) : found;
    if (!target) {
        return !is_missing(target.error());
    }
    if (S_ISDIR(target->st_mode) && path.starts_with(tunables)) {
        const auto names = host.list(path);
        if (!names) {
            return true;
        }
        std::transform(names->begin(), names->end(), std::back_inserter(sources),
                       [&](const auto& name) { return path + "/" + name; });
    }
    return !is_older(found->st_ctim, cache_file.st_ctim) || !is_older(target->st_ctim, cache_file.st_ctim);
}

/// Whether anything that our profile is compiled from, or what compiles it, changed since.
bool has_newer_source(const Host& host, const struct stat& cache_file) {
    std::vector<std::string> sources{paths::profile,
                                     paths::policy_directory + "/abi/4.0",
                                     paths::local_directory,
                                     paths::local_bwrap,
                                     paths::local_unpriv_bwrap,
                                     "/etc/apparmor/parser.conf",
                                     paths::apparmor_parser,
                                     tunables};
    while (!sources.empty()) {
        const auto source = std::move(sources.back());
        sources.pop_back();
        if (is_newer(host, source, cache_file, sources)) {
            return true;
        }
    }
    return false;
}

/// The profiles of the parser's cache file. Of a profile that the kernel has from these very bytes the hash
/// is the kernel's: to compare the bytes is a tenth of the work of hashing them.
std::vector<CompiledProfile> identify(const Host& host, const std::vector<LoadedProfile>& loaded,
                                      std::string_view binary, const std::vector<Piece>& pieces) {
    std::vector<CompiledProfile> profiles;
    for (const auto& piece : pieces) {
        const auto same = std::ranges::find(loaded, piece.name, &LoadedProfile::name);
        const auto kept = read_loaded_policy(host, piece.name, binary.size());
        // The parser loads a cache file as it is, and what it has just compiled profile by profile.
        const bool is_same = same != loaded.end() && kept && (*kept == binary || *kept == piece.whole);
        profiles.push_back({piece.name, is_same ? same->sha256 : hash_of(piece)});
    }
    return profiles;
}

/// This kernel's directory of the parser's cache: the only one, or else the library is asked. What a parser
/// compiled, and loaded, that could not read a feature of the kernel's is kept in another.
Result<std::string> find_cache(const Host& host) {
    const auto directories = host.list(paths::parser_cache);
    if (directories && directories->size() == 1) {
        return fmt::format("{}/{}", paths::parser_cache, directories->front());
    }
    return directories ? host.policy_cache() : std::unexpected(directories.error());
}

std::optional<std::vector<CompiledProfile>> find_cached(const Host& host,
                                                        const std::vector<LoadedProfile>& loaded) {
    const auto directory = find_cache(host);
    if (!directory) {
        return std::nullopt;
    }
    const auto path = *directory + "/boxlite-bwrap";
    const auto status = host.examine(path);
    const auto binary = host.read(path);
    if (!status || !binary) {
        return std::nullopt;
    }
    const auto pieces = split_policy(*binary);
    if (!pieces) {
        return std::nullopt;
    }
    auto profiles = identify(host, loaded, *binary, *pieces);
    const bool is_current = runs(loaded, profiles) && !has_newer_source(host, *status);
    return is_current ? std::optional(std::move(profiles)) : std::nullopt;
}

} // namespace

Result<std::vector<CompiledProfile>> parse_compiled_policy(std::string_view binary) {
    const auto pieces = split_policy(binary);
    if (!pieces) {
        return std::unexpected(pieces.error());
    }
    std::vector<CompiledProfile> profiles;
    for (const auto& piece : *pieces) {
        profiles.push_back({piece.name, hash_of(piece)});
    }
    return profiles;
}

bool runs(const std::vector<LoadedProfile>& loaded, const std::vector<CompiledProfile>& compiled) {
    return !compiled.empty() && std::all_of(compiled.begin(), compiled.end(), [&](const auto& profile) {
        return std::any_of(loaded.begin(), loaded.end(), [&](const auto& other) {
            return other.name == profile.name && other.sha256 == profile.sha256;
        });
    });
}

Fact<std::vector<CompiledProfile>> gather_compiled(const Host& host, const std::string& path,
                                                   const std::vector<LoadedProfile>& loaded) {
    using Compiled = Fact<std::vector<CompiledProfile>>;
    if (path == paths::profile) {
        if (auto cached = find_cached(host, loaded)) {
            return Compiled::present(std::move(*cached));
        }
    }
    const auto outcome = host.run({.argv = {paths::apparmor_parser, "--skip-kernel-load", "--stdout", path},
                                   .output_limit = 1024UL * 1024});
    if (!outcome) {
        return Compiled::unreadable(outcome.error().message());
    }
    if (!outcome->succeeded()) {
        return Compiled::unreadable(fmt::format("apparmor_parser {}: {}, \"{}\"", path,
                                                describe_end(*outcome), in_one_line(outcome->err)));
    }
    auto profiles = parse_compiled_policy(outcome->out);
    return profiles ? Compiled::present(std::move(*profiles))
                    : Compiled::unreadable(profiles.error().message());
}

} // namespace boxlite
