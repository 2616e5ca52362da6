using System.Diagnostics;
using System.Globalization;
using Collab.Engine.Ports;
using Collab.Node.Configuration;

namespace Collab.Testing.Node;

/// <summary>
/// Ends the process with SIGKILL the first time the step that the file names is entered, or with STEP@PERCENT when so much of it is
/// done. The file goes first, so that the node runs on normally when it is started again. It may be written while the node runs.
/// </summary>
internal sealed class DeathAtStep(NodeHome home) : IJobObserver
{
    /// <summary>The name of the file in the node's folder.</summary>
    public const string FileName = "die-at-step";

    private readonly string _file = Path.Combine(home.Folder, FileName);

    public void Observe(JobEvent happened)
    {
        if (happened.Kind is not (JobEventKind.Step or JobEventKind.Progress) || !File.Exists(_file)) return;
        if (File.ReadAllText(_file).Split('@') is not [var step, .. var percent] || step != happened.Step?.Name) return;
        if (percent is [var done] && (happened.Total == 0 || happened.Done * 100 < happened.Total * int.Parse(done, CultureInfo.InvariantCulture))) return;
        File.Delete(_file);
        Process.GetCurrentProcess().Kill(); // SIGKILL: no finally, no flush
        Thread.Sleep(Timeout.Infinite);     // not one instruction of the node more
    }
}
