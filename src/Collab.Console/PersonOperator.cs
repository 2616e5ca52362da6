using System.Runtime.CompilerServices;
using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Console.SignIn;
using Collab.Primitives;
using Collab.Wire.Operator;

namespace Collab.Console;

/// <summary>The node's calls for the person of this request: the person's roles decide, what binds the party wants a fresh second factor, and every act is noted.</summary>
internal sealed class PersonOperator(ConsoleSettings settings, Visit visit, Sessions sessions) : IOperator
{
    /// <summary>The person's roles do not allow it.</summary>
    public static readonly ErrorCode Forbidden = new(
        "console.forbidden", ErrorKind.Refused, "Ask a person with the role for it, or the operator of your party for the role.");

    private readonly IOperator _node = settings.Node;
    private readonly Journal _journal = settings.Journal;

    public async Task<T> CallAsync<T>(string verb, object request, CancellationToken cancellation, TimeSpan? limit = null)
    {
        Check(verb);
        if (verb is Verbs.ApproveJob or Verbs.RejectJob) request = await EndorsableAsync((JobRequest)request, cancellation);
        return await NotedAsync(verb, request, async () =>
        {
            var answer = await _node.CallAsync<T>(verb, request, cancellation, limit);
            return (answer, answer is JobView job ? job.Job : null);
        });
    }

    public async IAsyncEnumerable<EventView> WatchAsync(JobRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Check(Acts.Watch);
        await foreach (var view in _node.WatchAsync(request, cancellation))
        {
            if (!sessions.Stands(visit.Session!)) yield break; // signed out or removed while watching
            yield return view;
        }
    }

    public async Task CopyAsync(string verb, object request, Stream destination, CancellationToken cancellation)
    {
        Check(verb);
        await NotedAsync(verb, request, async () =>
        {
            await _node.CopyAsync(verb, request, destination, cancellation);
            return (true, (string?)null);
        });
    }

    public void Dispose()
    {
        // The node's calls belong to the node.
    }

    private void Check(string verb)
    {
        if (visit is not { Person: { } person, Session: { } session } || !Acts.RolesOf(verb).Any(person.Roles.Contains))
            throw new CollabException(Forbidden, $"This needs one of the roles: {string.Join(", ", Acts.RolesOf(verb))}.");
        if (Acts.Binds(verb)) sessions.RequireConfirmed(session);
    }

    // The same two verbs grant a job where the party owns data and endorse it where it does not: a supervisor may only endorse.
    private async Task<JobRequest> EndorsableAsync(JobRequest request, CancellationToken cancellation)
    {
        if (visit.Is(PersonRoles.Owner)) return request;
        var job = await _node.CallAsync<JobView>(Verbs.ShowJob, request, cancellation);
        return job.Owners.Contains(settings.Party.Name)
            ? throw new CollabException(Forbidden, $"Data of the job are {settings.Party}'s own: this needs the role: {PersonRoles.Owner}.")
            : request with { Job = job.Job }; // the whole digest, so that it is the job that was looked at
    }

    private async Task<T> NotedAsync<T>(string verb, object request, Func<Task<(T Answer, string? Subject)>> act)
    {
        if (Acts.OnlyLooks(verb)) return (await act()).Answer;
        try
        {
            var (answer, subject) = await act();
            _journal.Note(visit.Person!.Name, verb, subject ?? Acts.SubjectOf(request));
            return answer;
        }
        catch (CollabException e)
        {
            _journal.Note(visit.Person!.Name, verb, Acts.SubjectOf(request), e.Code.Name);
            throw;
        }
    }
}
