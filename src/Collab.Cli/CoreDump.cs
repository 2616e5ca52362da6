using System.Runtime.InteropServices;

namespace Collab.Cli;

/// <summary>What the kernel writes of a process that crashes: of a node it would hold its keys and the rows it has read.</summary>
internal static partial class CoreDump
{
    private const int SetDumpable = 4; // PR_SET_DUMPABLE of prctl(2)

    /// <summary>Forbids it for this process, whatever the limits it was started with and wherever the machine sends its dumps. Nobody but root reads its memory either.</summary>
    public static void Forbid() => _ = ProcessControl(SetDumpable, 0, 0, 0, 0); // has no way to fail with these arguments

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int ProcessControl(int option, nuint argument, nuint third, nuint fourth, nuint fifth);
}
