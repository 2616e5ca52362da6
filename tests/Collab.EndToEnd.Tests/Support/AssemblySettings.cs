// A sandbox is three or four nodes; two of them at once is what two cores bear.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
