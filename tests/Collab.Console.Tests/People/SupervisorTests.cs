using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Http;

namespace Collab.Console.Tests.People;

/// <summary>The verbs that grant where a party owns data endorse where it does not: a supervisor may only endorse, by whatever page or call.</summary>
public sealed class SupervisorTests : IDisposable
{
    private static readonly string Whole = new('a', 64);
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-supervisor-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PersonRoles.Supervisor, "lakeview", Verbs.ApproveJob, true)]
    [InlineData(PersonRoles.Supervisor, "lakeview", Verbs.RejectJob, true)]
    [InlineData(PersonRoles.Supervisor, "riverside", Verbs.ApproveJob, false)]
    [InlineData(PersonRoles.Supervisor, "riverside", Verbs.RejectJob, false)]
    [InlineData(PersonRoles.Owner, "riverside", Verbs.ApproveJob, true)]
    [InlineData(PersonRoles.Owner, "riverside", Verbs.RejectJob, true)]
    public async Task A_supervisor_endorses_and_grants_nothing(string role, string owner, string verb, bool may)
    {
        using var store = new StoredPeople();
        var (node, clock) = (new OneJob(owner), new MovedClock());
        var people = new PeopleRegister(store, clock);
        var settings = new ConsoleSettings("127.0.0.1:0", PartyId.Parse("riverside"), "liver", node, people, new Journal(Path.Combine(_folder, "journal.jsonl"), clock), () => throw new NotSupportedException());
        var sessions = new Sessions(people, SessionLimits.Standard, clock);
        var visit = new Visit();
        var person = new Person("ann", [role], 1);
        visit.Begin(new DefaultHttpContext(), (new Session("1", person.Name, person.Version, clock.GetUtcNow(), "", ""), person));
        var calls = new PersonOperator(settings, visit, sessions);

        var act = () => calls.CallAsync<JobView>(verb, new JobRequest(Whole[..12]), CancellationToken.None);
        if (may) await act();
        else Assert.Equal(PersonOperator.Forbidden, (await Assert.ThrowsAsync<CollabException>(act)).Code);
        Assert.Equal(may ? [verb] : [], node.Done);
    }

    /// <summary>A node that knows one job and notes what it is told to do.</summary>
    private sealed class OneJob(string owner) : IOperator
    {
        public List<string> Done { get; } = [];

        public Task<T> CallAsync<T>(string verb, object request, CancellationToken cancellation, TimeSpan? limit = null)
        {
            if (verb != Verbs.ShowJob) Done.Add(verb);
            return Task.FromResult((T)(object)new JobView(
                Whole, "statistics", "study", "registry", [owner], ["registry"], "proposed", [owner], null, default, default, 1, null, false, null));
        }

        public IAsyncEnumerable<EventView> WatchAsync(JobRequest request, CancellationToken cancellation) => throw new NotSupportedException();

        public Task CopyAsync(string verb, object request, Stream destination, CancellationToken cancellation) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
