using Collab.Primitives;

namespace Collab.Engine.Runs;

/// <summary>Tells of steps that have no count of their own. At once and in order, where <see cref="Progress{T}"/> would post to another thread.</summary>
internal sealed class StepReporter(StepProgress progress) : IProgress<StepId>
{
    public void Report(StepId value) => progress(value, 0, 0);
}
