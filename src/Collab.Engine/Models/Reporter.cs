namespace Collab.Engine.Models;

/// <summary>
/// Progress told where it happens, on the thread that made it: <see cref="Progress{T}"/> posts to the thread pool,
/// where steps would arrive out of order or after the job's end.
/// </summary>
/// <typeparam name="T">What a step tells: a count, a loss, a round's result.</typeparam>
/// <param name="report">Called once for each step, in order.</param>
internal sealed class Reporter<T>(Action<T> report) : IProgress<T>
{
    /// <inheritdoc/>
    public void Report(T value) => report(value);
}
