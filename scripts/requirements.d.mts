/** Something outside npm that commands of this project run. */
export interface Requirement {
  readonly name: string;
  readonly use: string;
  /** "start", "test", "bench <name>", or a script that is run by hand. */
  readonly commands: readonly string[];
  /** Debian's. */
  readonly packages: readonly string[];
  readonly programs?: readonly string[];
  /** Python modules. */
  readonly python?: readonly string[];
  /** Files or folders of the system, with all that is below them. */
  readonly paths?: readonly string[];
  /** What follows where it is not installed. */
  readonly without: string;
  /** Installs it, where `apt-get install` alone does not. */
  readonly script?: string;
  readonly found?: () => boolean;
}
export declare const REQUIREMENTS: readonly Requirement[];
export declare const PYTHONS: readonly string[];
/** The first Python that has these modules. @throws Error that says what to install */
export declare function pythonWith(modules: readonly string[]): string;
export declare function isThere(requirement: Requirement): boolean;
export declare function requirementsOf(commands: readonly string[]): Requirement[];
export declare function hasApt(): boolean;
export declare function isRoot(): boolean;
