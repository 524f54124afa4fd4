import type * as pulumi from "@pulumi/pulumi";
import { WindroseResource } from "../../pulumi/resource";
import type { VirtualMachineArgs, VirtualMachineOutputs } from "./arguments";
import { table } from "./fields";

/** How its guest is logged in to: fits @pulumi/command's remote connection. */
type Connection = NonNullable<pulumi.Unwrap<VirtualMachineOutputs["connection"]>>;

/** A virtual machine, with the disks that are made with it. `C`: whether it has a `connection` for sure. */
export interface VirtualMachine<C = Connection | undefined>
  extends WindroseResource,
    Omit<VirtualMachineOutputs, "connection"> {
  /** Fits @pulumi/command's remote connection; add a private key. undefined where the machine has no address. */
  readonly connection: pulumi.Output<C>;
}

/** Arguments by which a machine has an address once it is there: that is waited for, or fixed. */
type ReachableMachineArgs = VirtualMachineArgs &
  ({ wait: { for: "address" | "ssh" } } | { interfaces: { [key: string]: { address: pulumi.Input<string> } } });

interface VirtualMachineClass extends Pick<typeof pulumi.CustomResource, "isInstance"> {
  readonly prototype: VirtualMachine;
  new (name: string, args: ReachableMachineArgs, options?: pulumi.CustomResourceOptions): VirtualMachine<Connection>;
  new (name: string, args: VirtualMachineArgs, options?: pulumi.CustomResourceOptions): VirtualMachine;
}

/** A virtual machine, with the disks that are made with it. */
export const VirtualMachine = class VirtualMachine extends WindroseResource {
  constructor(name: string, args: VirtualMachineArgs, options?: pulumi.CustomResourceOptions) {
    super(table, name, args, options);
  }
} as unknown as VirtualMachineClass;
