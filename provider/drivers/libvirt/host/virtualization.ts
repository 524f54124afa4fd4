import type { VirtualizationProfile } from "../../../host-system/profile";

const effect = "guests are emulated, 10 to 30 times slower";

/** KVM: the CPU has it, and its module has made a device. */
export const virtualization: VirtualizationProfile = {
  script: "grep -m1 -owE 'vmx|svm' /proc/cpuinfo; if test -c /dev/kvm; then echo kvm; fi",
  lack(printed) {
    const has = printed.split(/\s+/);
    if (has.includes("kvm")) return undefined;
    const able = has.includes("vmx") || has.includes("svm");
    const why = able
      ? "its CPU has hardware virtualization, but there is no /dev/kvm: it may be off in the firmware, or the module kvm is not loaded"
      : "it has no hardware virtualization (KVM)";
    return { why, effect };
  },
};
