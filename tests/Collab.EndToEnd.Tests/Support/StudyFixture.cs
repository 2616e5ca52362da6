using Collab.Primitives;

namespace Collab.EndToEnd.Tests.Support;

/// <summary>One consortium for all tests of a class.</summary>
public abstract class StudyFixture : IAsyncLifetime
{
    internal StudyConsortium Study { get; private set; } = null!;

    internal abstract IReadOnlyList<PartyId> Parties { get; }

    internal virtual bool Testing => true;

    /// <summary>Changes the parties' folders before the first start.</summary>
    internal virtual void Prepare(Cli.Sandbox.LocalConsortium local)
    {
    }

    public async ValueTask InitializeAsync() => Study = await StudyConsortium.StartAsync(Parties, Testing, Prepare);

    public async ValueTask DisposeAsync()
    {
        if (Study is not null) await Study.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
