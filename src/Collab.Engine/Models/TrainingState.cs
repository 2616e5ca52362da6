using System.Runtime.InteropServices;
using Collab.Engine.Ports;
using Collab.Engine.Runs;
using Collab.FederatedLearning.Linear;
using Collab.Primitives;

namespace Collab.Engine.Models;

/// <summary>What a training sets aside, sealed by the store, so that it goes on after a line broke or a node died: the aligned rows, then after each piece a share of the weights; and what passed until then.</summary>
/// <remarks>Stage 0 is nothing, stage 1 the aligned rows, stage 1 + k the k-th piece. Of the shares the last two stay: another party may have died a piece earlier.</remarks>
internal sealed class TrainingState(IJobStore store, Digest run)
{
    /// <summary>The most attempts of a run.</summary>
    public const int MostAttempts = 16;

    /// <summary>Whether anything of a run was set aside.</summary>
    public static bool Exists(IJobStore store, Digest run) => store.List(FolderOf(run)).Count > 0;

    /// <summary>Forgets all of a run.</summary>
    public static void Forget(IJobStore store, Digest run)
    {
        foreach (var key in store.List(FolderOf(run))) store.Remove(key);
    }

    /// <summary>The last stage that is here.</summary>
    public int Stage => store.Get($"{Folder}stage") is { } bytes ? new CanonicalReader(bytes).Byte() : 0;

    private string Folder => FolderOf(run);

    /// <summary>Counts an attempt.</summary>
    /// <exception cref="CollabException"><see cref="RunErrors.InterruptedTooOften"/>.</exception>
    public void BeginAttempt()
    {
        var attempt = (store.Get($"{Folder}attempts") is { } bytes ? new CanonicalReader(bytes).Byte() : 0) + 1;
        if (attempt > MostAttempts) throw new CollabException(RunErrors.InterruptedTooOften, $"The run was interrupted {MostAttempts} times.", step: RunSteps.Protocol);
        store.Put($"{Folder}attempts", new CanonicalWriter().Byte((byte)attempt).Written);
    }

    /// <summary>Sets the aligned rows aside.</summary>
    public void PutPlaces(int[] places, IReadOnlyDictionary<PartyId, BucketNote> passed)
    {
        store.Put($"{Folder}places", MemoryMarshal.AsBytes(places.AsSpan()));
        PutStage(1, passed);
    }

    /// <summary>The aligned rows.</summary>
    public int[] Places => MemoryMarshal.Cast<byte, int>(store.Get($"{Folder}places")!).ToArray();

    /// <summary>Sets a piece aside.</summary>
    public void PutPiece(int stage, LinearCheckpoint checkpoint, IReadOnlyDictionary<PartyId, BucketNote> passed)
    {
        store.Put($"{Folder}share/{stage}", checkpoint.Encode());
        PutStage(stage, passed);
        store.Remove($"{Folder}share/{stage - 2}");
    }

    /// <summary>The share of a stage; null before the first piece.</summary>
    public LinearCheckpoint? CheckpointOf(int stage) => stage < 2 ? null : LinearCheckpoint.Decode(
        store.Get($"{Folder}share/{stage}") ?? throw new CollabException(ModelErrors.PartUnsuited, $"The share of stage {stage} of run {run.Short} is not here any more."));

    /// <summary>What passed with a peer in the stages up to one.</summary>
    public IEnumerable<BucketNote> PassedWith(PartyId peer, int until) => Enumerable.Range(1, until).Select(stage => BucketNote.Decode(store.Get($"{Folder}passed/{stage}/{peer}")!));

    private void PutStage(int stage, IReadOnlyDictionary<PartyId, BucketNote> passed)
    {
        foreach (var (peer, note) in passed) store.Put($"{Folder}passed/{stage}/{peer}", note.Encode());
        store.Put($"{Folder}stage", new CanonicalWriter().Byte((byte)stage).Written); // last: a stage that is named is whole
    }

    private static string FolderOf(Digest run) => $"run/{run}/train/";
}
