[assembly: AssemblyFixture(typeof(Collab.Evidence.Tests.HonestRun))]

namespace Collab.Evidence.Tests;

/// <summary>One honest run that many tests read and none changes; it is told once and its folders are gone at the end.</summary>
public sealed class HonestRun : IAsyncLifetime
{
    private static readonly Lazy<Task<Trial>> Run = new(() => Trial.OfAsync(Trial.Honest));

    internal static Task<Trial> TrialAsync() => Run.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Run.IsValueCreated) await (await Run.Value).DisposeAsync();
    }
}
