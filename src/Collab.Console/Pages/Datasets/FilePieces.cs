using Collab.Console.Hosting;
using Collab.Console.People;
using Collab.Primitives;
using Collab.Wire.Operator;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Collab.Console.Pages.Datasets;

/// <summary>Takes a file from the browser piece by piece, so that no request is large and nothing waits in memory. The node names the file.</summary>
internal sealed class FilePieces : IEndpoints
{
    private const int PieceSize = 1 << 20;

    public void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/datasets/file", ReceiveAsync).RequireAuthorization(new AuthorizeAttribute { Roles = PersonRoles.Owner });

    /// <summary>Sends a whole file that came with a form.</summary>
    public static async Task<string> SendAsync(IOperator node, IFormFile file, CancellationToken cancellation)
    {
        await using var content = file.OpenReadStream();
        var buffer = new byte[PieceSize];
        ReceivedFileView? received = null;
        int read;
        do
        {
            read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            received = await node.CallAsync<ReceivedFileView>(Verbs.SendFile, new FilePieceRequest(received?.File, received?.Bytes ?? 0, buffer[..read]), cancellation);
        }
        while (read == buffer.Length);
        return received.File;
    }

    private static async Task<IResult> ReceiveAsync(
        [FromForm(Name = "name")] string? name, [FromForm(Name = "offset")] long offset, [FromForm(Name = "piece")] IFormFile piece, IOperator node, CancellationToken cancellation)
    {
        if (piece.Length > PieceSize) return TypedResults.StatusCode(StatusCodes.Status413PayloadTooLarge);
        var content = new byte[piece.Length];
        await using var stream = piece.OpenReadStream();
        await stream.ReadExactlyAsync(content, cancellation);
        try
        {
            var received = await node.CallAsync<ReceivedFileView>(Verbs.SendFile, new FilePieceRequest(string.IsNullOrEmpty(name) ? null : name, offset, content), cancellation);
            return TypedResults.Json(received, OperatorJson.Options);
        }
        catch (CollabException e)
        {
            return TypedResults.Json(new ErrorView(e.Code.Name, null, null, e.Message, e.Code.Next), OperatorJson.Options, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}
