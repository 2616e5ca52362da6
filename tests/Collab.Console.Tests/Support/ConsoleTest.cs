using Collab.Primitives;

namespace Collab.Console.Tests.Support;

/// <summary>All tests of one consortium, one after the other: two cores bear three nodes and a browser.</summary>
[CollectionDefinition(Name)]
public sealed class ConsoleCollection : ICollectionFixture<ConsoleConsortium>
{
    public const string Name = "console";
}

/// <summary>A test in the browser: closes what it opened, keeps pictures when it failed, and fails for what must not happen on any page.</summary>
[Collection(ConsoleCollection.Name)]
public abstract class ConsoleTest(ConsoleConsortium consortium) : IAsyncLifetime
{
    private readonly List<Visitor> _open = [];

    internal ConsoleConsortium Consortium { get; } = consortium;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        var wrong = _open.SelectMany(visitor => visitor.Wrong).ToList();
        if (TestContext.Current.TestState?.Result == TestResult.Failed || wrong.Count > 0)
        {
            var name = $"{GetType().Name}.{TestContext.Current.TestMethod?.MethodName}";
            foreach (var (visitor, i) in _open.Select((visitor, i) => (visitor, i))) await visitor.KeepAsync($"{name}-{i}");
        }

        foreach (var visitor in _open) await visitor.DisposeAsync();
        GC.SuppressFinalize(this);
        Assert.Empty(wrong);
    }

    /// <summary>A browser that is not signed in.</summary>
    internal async Task<Visitor> BrowserAsync(PartyId party, Screen? screen = null, string? kept = null) =>
        Keep(await Consortium.BrowserAsync(party, screen, kept));

    /// <summary>A browser that the test opened itself is looked at and closed as the others are.</summary>
    internal Visitor Keep(Visitor visitor)
    {
        _open.Add(visitor);
        return visitor;
    }

    /// <summary>A browser where the person is signed in; in the session that the person has open when there is one.</summary>
    internal async Task<Visitor> SignedInAsync(Person person, Screen? screen = null)
    {
        var visitor = await BrowserAsync(person.Party, screen, person.Kept);
        await visitor.GoAsync("/");
        if (visitor.Path == "/") return visitor;
        await visitor.SignInAsync(person); // the first time, or after the node was started again
        Assert.Equal("/", visitor.Path);
        person.Kept = await visitor.Context.StorageStateAsync();
        return visitor;
    }
}
