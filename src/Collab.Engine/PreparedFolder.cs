using Collab.Primitives;
using Collab.SecretSharing.Preprocessing;

namespace Collab.Engine;

/// <summary>Where a node keeps the triples that it made ahead, a folder for each other party, and the key they are sealed under (protocols/specs/preprocessing.md).</summary>
/// <param name="Path">The folder of all.</param>
/// <param name="Key">32 bytes; lives as long as the node.</param>
public sealed record PreparedFolder(string Path, SecretBytes Key)
{
    /// <summary>The store of this party and another; null while a run or a preparation has it.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public TripleStore? TryOpen(PartyId self, PartyId peer) => TripleStore.TryOpen(FolderOf(peer), self, peer, Key);

    /// <summary>What lies there for another party.</summary>
    public TripleStock StockWith(PartyId peer) => TripleStore.StockOf(FolderOf(peer));

    private string FolderOf(PartyId peer) => System.IO.Path.Combine(Path, peer.Name);
}
