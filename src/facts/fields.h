// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/facts.h"

#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

namespace boxlite {

/// The one description of facts in a file: `visit` is called with the name and the value of each
/// field, whether to write it or to read it. facts.schema.json says what the fields mean.

/// `Type`, const or not.
template <class T, class Type>
concept Is = std::same_as<std::remove_const_t<T>, Type>;

/// The words for an enumeration's values, in their order.
constexpr std::array<std::string_view, 3> words_of(BwrapFacts::Kind /*type*/) {
    return {"elf", "script", "other"};
}
constexpr std::array<std::string_view, 3> words_of(ProfileFacts::DisabledBy /*type*/) {
    return {"nobody", "us", "administrator"};
}
constexpr std::array<std::string_view, 3> words_of(Mode /*type*/) {
    return {"auto", "always", "never"};
}

void visit_fields(Is<KernelFacts> auto& facts, auto&& visit) {
    visit("release", facts.release);
    visit("user_namespaces", facts.user_namespaces);
    visit("max_user_namespaces", facts.max_user_namespaces);
    visit("unprivileged_userns_clone", facts.unprivileged_userns_clone);
    visit("userns_restriction", facts.userns_restriction);
}

void visit_fields(Is<LoadedProfile> auto& profile, auto&& visit) {
    visit("name", profile.name);
    visit("mode", profile.mode);
    visit("sha256", profile.sha256);
    visit("loaded_at", profile.loaded_at);
}

void visit_fields(Is<CompiledProfile> auto& profile, auto&& visit) {
    visit("name", profile.name);
    visit("sha256", profile.sha256);
}

void visit_fields(Is<AppArmorFacts> auto& facts, auto&& visit) {
    visit("enabled", facts.enabled);
    visit("securityfs", facts.securityfs);
    visit("mediates_userns", facts.mediates_userns);
    visit("stacks", facts.stacks);
    visit("policy_versions", facts.policy_versions);
    visit("loaded", facts.loaded);
    visit("parser_version", facts.parser_version);
    visit("abi_4", facts.abi_4);
    visit("may_load_policy", facts.may_load_policy);
}

void visit_fields(Is<BwrapFacts::File> auto& file, auto&& visit) {
    visit("regular", file.regular);
    visit("owner", file.owner);
    visit("permissions", file.permissions);
    visit("kind", file.kind);
}

void visit_fields(Is<BwrapFacts> auto& facts, auto&& visit) {
    visit("file", facts.file);
    visit("version", facts.version);
    visit("diverted_by", facts.diverted_by);
    visit("first_on_path", facts.first_on_path);
}

void visit_fields(Is<Provider> auto& provider, auto&& visit) {
    visit("path", provider.path);
    visit("owner", provider.owner);
    visit("profiles", provider.profiles);
}

void visit_fields(Is<DanglingLink> auto& link, auto&& visit) {
    visit("path", link.path);
    visit("target", link.target);
    visit("owner", link.owner);
}

void visit_fields(Is<ProfileFacts> auto& facts, auto&& visit) {
    visit("file", facts.file);
    visit("disabled_by", facts.disabled_by);
    visit("other_providers", facts.other_providers);
    visit("dangling_links", facts.dangling_links);
    visit("local_overrides", facts.local_overrides);
    visit("compiled", facts.compiled);
    visit("compiled_from", facts.compiled_from);
}

void visit_fields(Is<Configuration> auto& configuration, auto&& visit) {
    visit("mode", configuration.mode);
    visit("strict", configuration.strict);
    visit("complaints", configuration.complaints);
}

void visit_fields(Is<SandboxRun> auto& run, auto&& visit) {
    visit("worked", run.worked);
    visit("complaint", run.complaint);
    visit("label", run.label);
    visit("capabilities", run.capabilities);
}

void visit_fields(Is<ProbeFacts> auto& facts, auto&& visit) {
    visit("label", facts.label);
    visit("preflight", facts.preflight);
    visit("jail", facts.jail);
}

void visit_fields(Is<CallerFacts> auto& facts, auto&& visit) {
    visit("label", facts.label);
    visit("seccomp", facts.seccomp);
    visit("unit", facts.unit);
    visit("masked_proc", facts.masked_proc);
}

void visit_fields(Is<KvmFacts::Device> auto& device, auto&& visit) {
    visit("permissions", device.permissions);
    visit("group", device.group);
}

void visit_fields(Is<KvmFacts> auto& facts, auto&& visit) {
    visit("device", facts.device);
    visit("usable", facts.usable);
}

void visit_fields(Is<RefusalFacts> auto& facts, auto&& visit) {
    visit("since_loaded", facts.since_loaded);
    visit("breaking", facts.breaking);
    visit("without_profile", facts.without_profile);
    visit("last", facts.last);
}

void visit_fields(Is<Facts> auto& facts, auto&& visit) {
    visit("chroot", facts.chroot);
    visit("booted", facts.booted);
    visit("configuration", facts.configuration);
    visit("kernel", facts.kernel);
    visit("apparmor", facts.apparmor);
    visit("bwrap", facts.bwrap);
    visit("profile", facts.profile);
    visit("caller", facts.caller);
    visit("kvm", facts.kvm);
    visit("temporary_directory", facts.temporary_directory);
    visit("selinux_enforcing", facts.selinux_enforcing);
    visit("probe", facts.probe);
    visit("refusals", facts.refusals);
}

/// A struct that is described above.
template <class T>
concept Described = requires(T& value) { visit_fields(value, [](std::string_view, auto&) {}); };

} // namespace boxlite
