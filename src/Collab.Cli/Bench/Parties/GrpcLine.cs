using Collab.Channels;
using Collab.Identity;
using Collab.Primitives;

namespace Collab.Cli.Bench.Parties;

/// <summary>Both ends of a line between two parties of this process: a server and a client of the product over loopback, with certificates of their own.</summary>
internal sealed class GrpcLine : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly BenchLines _near;
    private readonly BenchLines _far;

    private GrpcLine(DirectoryInfo folder, BenchLines near, BenchLines far) => (_folder, _near, _far) = (folder, near, far);

    /// <summary>Listens and makes ready to dial.</summary>
    public static async Task<GrpcLine> OpenAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("collab-bench-");
        string HomeOf(BenchRole role) => Path.Combine(folder.FullName, role.ToString());
        string PinOf(BenchRole role) => PartyIdentity.Create(HomeOf(role), PartyLoop.NameOf(role)).ToString();
        try
        {
            var (nearPin, farPin) = (PinOf(BenchRole.A), PinOf(BenchRole.B));
            var far = await BenchLines.OpenAsync(BenchRole.B, HomeOf(BenchRole.B), nearPin, 0, cancellation);
            return new GrpcLine(folder, await BenchLines.OpenAsync(BenchRole.A, HomeOf(BenchRole.A), farPin, far.Port, cancellation), far);
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>The two ends of a new transport.</summary>
    public async Task<(IFrameTransport Near, IFrameTransport Far)> NextAsync(Digest run, CancellationToken cancellation)
    {
        var far = _far.NextAsync(run, cancellation);
        return (await _near.NextAsync(run, cancellation), await far);
    }

    public async ValueTask DisposeAsync()
    {
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
