using Collab.Channels;
using Collab.Data.Keys;
using Collab.Engine.Planning;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Psi.Incremental;

namespace Collab.Engine.Runs;

/// <summary>A party's part of one run of a standing intersection: what changed since the last run that counts (protocols/specs/intersection.md, "Changes").</summary>
/// <param name="Ports">What the host gives.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Question">Its question.</param>
/// <param name="Rows">This party's keys and rows as they are now.</param>
/// <param name="Read">The commitment to what was read.</param>
/// <param name="State">What this party keeps of the job; held from here to the end of the run.</param>
/// <param name="Difference">What became of its keys since the state's version.</param>
internal sealed record ChangesPart(
    EnginePorts Ports, Plan Plan, IntersectionQuestion Question, KeyedRows Rows, SnapshotReference Read, IncrementalState State, SetDifference Difference)
    : ProtocolPart(Read)
{
    public static Task<ProtocolPart> PrepareAsync(EnginePorts ports, Plan plan, IntersectionQuestion question, CancellationToken cancellation) =>
        NamingSelfAsync(ports, async Task<ProtocolPart> () =>
        {
            var (rows, read) = await GrantedData.ReadKeysAsync(ports, plan, question, cancellation);
            var state = OpenState(ports, plan);
            try
            {
                // Nothing of an update counts before its run does: the ledger says so, to both parties alike.
                if (state.UnfinishedUpdate is { } run) state.Settle(await EarlierRun.CountsAsync(ports, plan, run, cancellation));
                return new ChangesPart(ports, plan, question, rows, read, state, SetDifference.Of(state, rows.Keys));
            }
            catch
            {
                state.Dispose();
                throw;
            }
        });

    public override Task<JobResult?> RunAsync(
        IReadOnlyDictionary<PartyId, IChannel> channels, Digest run, StepProgress progress, CancellationToken cancellation) =>
        NamingSelfAsync(Ports, async () =>
        {
            var channel = channels[Other(Ports, Plan)];
            var options = new IncrementalPsiOptions(run) { CallerSettles = true, Parallelism = Environment.ProcessorCount };
            if (State.IsReceiver)
            {
                var changes = await IncrementalPsi.ReceiveAsync(channel, State, Difference, options, cancellation);
                return ResultOf(changes);
            }

            await IncrementalPsi.SendAsync(channel, State, Difference, Ports.Random, options, cancellation);
            return null;
        });

    public override void Dispose() => State.Dispose();

    private JobResult ResultOf(IncrementalChanges changes)
    {
        var input = Plan.InputOf(Ports.Self)!;
        var outcome = new IntersectionOutcome(Question, input, Rows);
        int[] left = [.. changes.Removed.Select(Difference.PlaceOf).Where(place => place >= 0).Order()];
        return new JobResult.Changes(
            input.Key, changes.Version, outcome.MatchesOf([.. changes.Added.Select(Difference.PlaceOf).Order()]), outcome.MatchesOf(left),
            changes.Removed.Count - left.Length, changes.Matches);
    }

    private static IncrementalState OpenState(EnginePorts ports, Plan plan)
    {
        var folder = ports.RequireStanding().Of(plan.Digest, Other(ports, plan));
        try
        {
            return IncrementalState.Exists(folder)
                ? IncrementalState.Open(folder, ports.RequireStanding().Key)
                : IncrementalState.Create(
                    folder, IntersectionSizes.ReceiverOf(plan.Owners, plan.Receivers) == ports.Self,
                    Digest.Of("collab.intersection.changes.v1", plan.Digest.ToArray()), ports.RequireStanding().Key, ports.Random);
        }
        catch (IOException e)
        {
            throw new CollabException(RunErrors.EarlierUndecided, "Another run of this job holds its state.", ports.Self, RunSteps.Read, e);
        }
    }

    private static PartyId Other(EnginePorts ports, Plan plan) => plan.Owners.Single(owner => owner != ports.Self);

    // A state that cannot be used is its own party's matter, whoever reads the message.
    private static async Task<T> NamingSelfAsync<T>(EnginePorts ports, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (IncrementalStateException e) when (e.Party is null)
        {
            throw new CollabException(e.Code, e.Message, ports.Self, RunSteps.Read, e);
        }
    }
}
