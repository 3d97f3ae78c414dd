/** `hillock verify`. @returns the exit code: 1 on a FAIL, an unreadable case, or when nothing was run */
export declare function verifyCommand(dir: string, options: {
    engine: string;
    adapter?: string;
    json?: boolean;
}): Promise<number>;
