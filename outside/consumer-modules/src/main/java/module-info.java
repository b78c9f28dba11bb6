/** Hub, loop and resolver aren't named here: they are on the module path, and provide what jevent uses. */
module com.example.shop {
    requires dev.jevent.servers;
}
