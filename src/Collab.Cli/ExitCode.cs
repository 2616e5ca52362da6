using Collab.Primitives;

namespace Collab.Cli;

/// <summary>The exit codes of the command line (protocols/specs/command-line.md).</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = (int)ErrorKind.Failed;
    public const int Usage = (int)ErrorKind.InvalidInput;
    public const int Internal = (int)ErrorKind.Internal;
}
